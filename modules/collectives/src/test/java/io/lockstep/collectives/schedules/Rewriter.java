package io.lockstep.collectives.schedules;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Loads Lockstep's classes once more, with calls into {@link Schedule} and its like where one thread could notice another. */
final class Rewriter extends ClassLoader {
    private static final String PREFIX = "io.lockstep.";
    private static final String OWN = Schedule.class.getPackageName() + ".";
    private static final String SCHEDULE = Type.getInternalName(Schedule.class);
    private static final String THREADS = Type.getInternalName(ScheduledThreads.class);
    private static final String MONITORS = Type.getInternalName(ScheduledMonitors.class);
    private static final String OPEN_FILES = Type.getInternalName(ScheduledFiles.class);
    private static final String THREAD = "java/lang/Thread";
    private static final String CONTROLLED_THREAD = Type.getInternalName(ControlledThread.class);
    private static final String FILES = "java/nio/file/Files";
    private static final String CHANNEL = "java/nio/channels/FileChannel";
    private static final String EXECUTORS = "java/util/concurrent/Executors";
    private static final String SERIAL_EXECUTOR = "io/lockstep/collectives/simulated/SerialExecutor";

    /** Of these the schedule has its own: by owner, name and descriptor. */
    private static final Set<String> STATIC = Set.of(
            "java/lang/System.nanoTime()J",
            "java/lang/System.currentTimeMillis()J",
            "java/lang/Thread.sleep(J)V",
            "java/lang/Thread.yield()V",
            "java/lang/Thread.onSpinWait()V",
            "java/lang/Thread.interrupted()Z",
            "java/util/concurrent/locks/LockSupport.park()V",
            "java/util/concurrent/locks/LockSupport.park(Ljava/lang/Object;)V",
            "java/util/concurrent/locks/LockSupport.parkNanos(J)V",
            "java/util/concurrent/locks/LockSupport.parkNanos(Ljava/lang/Object;J)V",
            "java/util/concurrent/locks/LockSupport.unpark(Ljava/lang/Thread;)V");

    private static final Set<String> ON_THREADS =
            Set.of("start()V", "join()V", "join(J)V", "isAlive()Z", "interrupt()V", "isInterrupted()Z");
    private static final Set<String> ON_LOCKS =
            Set.of("lock()V", "unlock()V", "tryLock()Z", "tryLock(JLjava/util/concurrent/TimeUnit;)Z");
    private static final Set<String> ON_OBJECTS = Set.of("wait()V", "wait(J)V", "notify()V", "notifyAll()V");
    private static final String LOCK = "java/util/concurrent/locks/ReentrantLock";

    private static final Rewriter INSTANCE = new Rewriter();

    private final Map<String, Set<String>> volatiles = new ConcurrentHashMap<>();

    private Rewriter() {
        super(Rewriter.class.getClassLoader());
    }

    static Class<?> rewritten(Class<?> type) {
        try {
            return INSTANCE.loadClass(type.getName());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PREFIX) || name.startsWith(OWN)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] original = bytes(name.replace('.', '/'));
        if (original == null) {
            throw new ClassNotFoundException(name);
        }
        ClassReader reader = new ClassReader(original);
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        reader.accept(new Rewriting(writer), ClassReader.EXPAND_FRAMES);
        byte[] rewritten = writer.toByteArray();
        return defineClass(name, rewritten, 0, rewritten.length);
    }

    private byte[] bytes(String internalName) {
        try (InputStream in = getParent().getResourceAsStream(internalName + ".class")) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isVolatile(String owner, String field) {
        if (!owner.startsWith("io/lockstep/")) {
            return false;
        }
        return volatiles
                .computeIfAbsent(owner, fresh -> {
                    Set<String> found = new HashSet<>();
                    new ClassReader(bytes(owner))
                            .accept(
                                    new ClassVisitor(Opcodes.ASM9) {
                                        @Override
                                        public FieldVisitor visitField(
                                                int access, String name, String type, String generic, Object value) {
                                            if ((access & Opcodes.ACC_VOLATILE) != 0) {
                                                found.add(name);
                                            }
                                            return null;
                                        }
                                    },
                                    ClassReader.SKIP_CODE);
                    return found;
                })
                .contains(field);
    }

    private final class Rewriting extends ClassVisitor {
        private String type;

        Rewriting(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visit(int version, int access, String name, String generic, String parent, String[] interfaces) {
            type = name;
            super.visit(version, access, name, generic, parent, interfaces);
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String generic, String[] exceptions) {
            String simple = type.substring(type.lastIndexOf('/') + 1);
            if ((access & Opcodes.ACC_SYNCHRONIZED) == 0) {
                return new Body(super.visitMethod(access, name, descriptor, generic, exceptions), simple + "." + name);
            }
            String body = name + "$synchronized";
            int plain = access & ~Opcodes.ACC_SYNCHRONIZED;
            wrap(super.visitMethod(plain, name, descriptor, generic, exceptions), plain, body, descriptor);
            int hidden = plain & ~(Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED) | Opcodes.ACC_PRIVATE;
            return new Body(super.visitMethod(hidden, body, descriptor, null, exceptions), simple + "." + name);
        }

        /** enter(this); try { return body(arguments); } finally { exit(this); } */
        private void wrap(MethodVisitor code, int access, String body, String descriptor) {
            boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
            Type[] arguments = Type.getArgumentTypes(descriptor);
            Type result = Type.getReturnType(descriptor);
            Label from = new Label();
            Label to = new Label();
            Label handler = new Label();
            code.visitCode();
            code.visitTryCatchBlock(from, to, handler, null);
            monitor(code, isStatic, "enter");
            code.visitLabel(from);
            int local = 0;
            if (!isStatic) {
                code.visitVarInsn(Opcodes.ALOAD, local++);
            }
            Object[] locals = new Object[arguments.length + local];
            if (!isStatic) {
                locals[0] = type;
            }
            for (int i = 0; i < arguments.length; i++) {
                code.visitVarInsn(arguments[i].getOpcode(Opcodes.ILOAD), local);
                local += arguments[i].getSize();
                locals[i + (isStatic ? 0 : 1)] = frameType(arguments[i]);
            }
            code.visitMethodInsn(
                    isStatic ? Opcodes.INVOKESTATIC : Opcodes.INVOKESPECIAL, type, body, descriptor, false);
            code.visitLabel(to);
            monitor(code, isStatic, "exit");
            code.visitInsn(result.getOpcode(Opcodes.IRETURN));
            code.visitLabel(handler);
            code.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {"java/lang/Throwable"});
            monitor(code, isStatic, "exit");
            code.visitInsn(Opcodes.ATHROW);
            code.visitMaxs(0, 0);
            code.visitEnd();
        }

        private Object frameType(Type argument) {
            return switch (argument.getSort()) {
                case Type.BOOLEAN, Type.BYTE, Type.CHAR, Type.SHORT, Type.INT -> Opcodes.INTEGER;
                case Type.LONG -> Opcodes.LONG;
                case Type.FLOAT -> Opcodes.FLOAT;
                case Type.DOUBLE -> Opcodes.DOUBLE;
                default -> argument.getInternalName();
            };
        }

        private void monitor(MethodVisitor code, boolean isStatic, String action) {
            if (isStatic) {
                code.visitLdcInsn(Type.getObjectType(type));
            } else {
                code.visitVarInsn(Opcodes.ALOAD, 0);
            }
            code.visitMethodInsn(Opcodes.INVOKESTATIC, MONITORS, action, "(Ljava/lang/Object;)V", false);
        }
    }

    private final class Body extends MethodVisitor {
        private final String where;

        Body(MethodVisitor next, String where) {
            super(Opcodes.ASM9, next);
            this.where = where;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            if (where.endsWith(".<clinit>")) {
                call(SCHEDULE, "beginInitializer", "()V");
            }
        }

        private void point(String what) {
            point(SCHEDULE, "point", what);
        }

        private void point(String owner, String kind, String what) {
            super.visitLdcInsn(where + " " + what);
            super.visitMethodInsn(Opcodes.INVOKESTATIC, owner, kind, "(Ljava/lang/String;)V", false);
        }

        private void call(String owner, String name, String descriptor) {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
        }

        private void callOn(String owner, String of, String name, String descriptor) {
            call(owner, name, "(L" + of + ";" + descriptor.substring(1));
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.MONITORENTER) {
                call(MONITORS, "enter", "(Ljava/lang/Object;)V");
            } else if (opcode == Opcodes.MONITOREXIT) {
                call(MONITORS, "exit", "(Ljava/lang/Object;)V");
            } else {
                if (opcode == Opcodes.RETURN && where.endsWith(".<clinit>")) {
                    call(SCHEDULE, "endInitializer", "()V");
                }
                super.visitInsn(opcode);
            }
        }

        @Override
        public void visitTypeInsn(int opcode, String name) {
            super.visitTypeInsn(opcode, opcode == Opcodes.NEW && name.equals(THREAD) ? CONTROLLED_THREAD : name);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            if (isVolatile(owner, name)) {
                boolean read = opcode == Opcodes.GETFIELD || opcode == Opcodes.GETSTATIC;
                point((read ? "reads " : "writes ") + name);
            }
            super.visitFieldInsn(opcode, owner, name, descriptor);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean ofInterface) {
            String call = name + descriptor;
            if (opcode == Opcodes.INVOKESTATIC && STATIC.contains(owner + "." + call)) {
                call(THREADS, name, descriptor);
            } else if (opcode == Opcodes.INVOKEVIRTUAL && owner.equals(THREAD) && ON_THREADS.contains(call)) {
                callOn(THREADS, THREAD, name, descriptor);
            } else if (opcode == Opcodes.INVOKEVIRTUAL && owner.equals(LOCK) && ON_LOCKS.contains(call)) {
                callOn(MONITORS, LOCK, name, descriptor);
            } else if (opcode == Opcodes.INVOKEVIRTUAL && ON_OBJECTS.contains(call)) {
                callOn(MONITORS, "java/lang/Object", name, descriptor);
            } else if (opcode == Opcodes.INVOKESPECIAL && owner.equals(THREAD) && name.equals("<init>")) {
                super.visitMethodInsn(opcode, CONTROLLED_THREAD, name, descriptor, false);
            } else if (owner.equals(EXECUTORS) && name.equals("newSingleThreadExecutor")) {
                super.visitMethodInsn(opcode, SERIAL_EXECUTOR, name, descriptor, false);
            } else if (owner.equals(FILES) || owner.equals(CHANNEL)) {
                point(OPEN_FILES, "filePoint", owner.substring(owner.lastIndexOf('/') + 1) + "." + name);
                boolean opens = owner.equals(CHANNEL) && name.equals("open");
                super.visitMethodInsn(opcode, opens ? OPEN_FILES : owner, name, descriptor, ofInterface);
            } else {
                if (isNoticeable(owner, name)) {
                    point(owner.substring(owner.lastIndexOf('/') + 1) + "." + name);
                }
                super.visitMethodInsn(opcode, owner, name, descriptor, ofInterface);
            }
        }

        private boolean isNoticeable(String owner, String name) {
            return switch (owner) {
                case "java/lang/invoke/VarHandle" -> true;
                case "java/nio/ByteBuffer" -> name.startsWith("get") || name.startsWith("put");
                default ->
                    owner.startsWith("java/util/concurrent/atomic/")
                            || owner.startsWith("java/util/concurrent/Concurrent");
            };
        }
    }
}
