package io.lockstep.collectives.security;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The JDK's AES-GCM, compiled. It is fast only once the JVM has compiled it, which it does after some thousand calls,
 * however long: until then 64 KiB take 600 us in place of 20, and the first seconds of a run would be spent in the
 * interpreter. Short calls get there in 0.15 s, once a JVM.
 */
final class AesGcm {
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final int WARM_UP_CALLS = 4000;
    /** Whole blocks and others, few and many: the JDK has several ways through its code, and the compiler must meet all. */
    private static final int[] WARM_UP_BYTES = {112, 1024, 68, 1000, 1024, 5};

    static {
        try {
            warmUp();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + TRANSFORMATION, e);
        }
    }

    private AesGcm() {}

    static Cipher cipher() {
        try {
            return Cipher.getInstance(TRANSFORMATION);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + TRANSFORMATION, e);
        }
    }

    private static void warmUp() throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(TRANSFORMATION);
        SecretKeySpec key = new SecretKeySpec(new byte[32], "AES"); // seals nothing that anybody sends
        byte[] nonce = new byte[12];
        byte[] plain = new byte[1024];
        byte[] sealed = new byte[plain.length + DatagramSeal.TAG_BYTES];
        for (int call = 0; call < WARM_UP_CALLS; call++) {
            ByteBuffer.wrap(nonce).putInt(call);
            GCMParameterSpec parameters = new GCMParameterSpec(DatagramSeal.TAG_BYTES * 8, nonce);
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters);
            int length = cipher.doFinal(plain, 0, WARM_UP_BYTES[call % WARM_UP_BYTES.length], sealed, 0);
            cipher.init(Cipher.DECRYPT_MODE, key, parameters);
            cipher.doFinal(sealed, 0, length, plain, 0);
        }
    }
}
