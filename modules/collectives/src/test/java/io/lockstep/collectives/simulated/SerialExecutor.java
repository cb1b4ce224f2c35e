package io.lockstep.collectives.simulated;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What stands for the JDK's executor of a single thread under a schedule, which sees nothing of what the JDK does inside:
 * the same promises by monitors, which it sees.
 */
public final class SerialExecutor extends AbstractExecutorService {
    private final Deque<Runnable> queue = new ArrayDeque<>(); // guarded by this
    private final ThreadFactory threads;
    private Thread worker; // guarded by this
    private boolean shutdown; // guarded by this
    private boolean ended; // guarded by this

    private SerialExecutor(ThreadFactory threads) {
        this.threads = threads;
    }

    public static ExecutorService newSingleThreadExecutor(ThreadFactory threads) {
        return new SerialExecutor(threads);
    }

    @Override
    public synchronized void execute(Runnable task) {
        if (shutdown) {
            throw new RejectedExecutionException("shut down");
        }
        queue.add(task);
        if (worker == null) {
            worker = threads.newThread(this::work);
            worker.start();
        }
        notifyAll();
    }

    private void work() {
        for (Runnable next = take(); next != null; next = take()) {
            next.run();
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized Runnable take() {
        while (queue.isEmpty() && !shutdown) {
            try {
                wait();
            } catch (InterruptedException e) {
                continue; // told to end by the flag
            }
        }
        return queue.poll();
    }

    @Override
    public synchronized void shutdown() {
        shutdown = true;
        notifyAll();
    }

    @Override
    public synchronized List<Runnable> shutdownNow() {
        shutdown = true;
        List<Runnable> left = new ArrayList<>(queue);
        queue.clear();
        if (worker != null) {
            worker.interrupt();
        }
        notifyAll();
        return left;
    }

    @Override
    public synchronized boolean isShutdown() {
        return shutdown;
    }

    @Override
    public synchronized boolean isTerminated() {
        return shutdown && (worker == null || ended);
    }

    @Override
    public synchronized boolean awaitTermination(long time, TimeUnit unit) throws InterruptedException {
        long end = System.nanoTime() + unit.toNanos(time);
        while (!isTerminated()) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
        return new Task<>(task);
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable task, T value) {
        return new Task<>(() -> {
            task.run();
            return value;
        });
    }

    private static final class Task<T> implements RunnableFuture<T> {
        private final Callable<T> body;
        private T result;
        private Throwable failure;
        private boolean done;

        Task(Callable<T> body) {
            this.body = body;
        }

        @Override
        public void run() {
            T value = null;
            Throwable thrown = null;
            try {
                value = body.call();
            } catch (Throwable e) {
                thrown = e;
            }
            synchronized (this) {
                result = value;
                failure = thrown;
                done = true;
                notifyAll();
            }
        }

        @Override
        public synchronized boolean isDone() {
            return done;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public boolean cancel(boolean interrupt) {
            throw new CancellationException("nobody cancels here");
        }

        @Override
        public synchronized T get() throws InterruptedException, ExecutionException {
            while (!done) {
                wait();
            }
            return outcome();
        }

        @Override
        public synchronized T get(long time, TimeUnit unit)
                throws InterruptedException, ExecutionException, TimeoutException {
            long end = System.nanoTime() + unit.toNanos(time);
            while (!done) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new TimeoutException();
                }
                wait(millis);
            }
            return outcome();
        }

        private T outcome() throws ExecutionException {
            if (failure != null) {
                throw new ExecutionException(failure);
            }
            return result;
        }
    }
}
