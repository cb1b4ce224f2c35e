package io.lockstep.networks.gpu;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** Another class loader, but for what the jars of ND4J's CUDA backend say that they offer. */
final class WithoutCuda extends ClassLoader {
    private static final String CUDA_JARS = "/nd4j-cuda-";

    WithoutCuda(ClassLoader parent) {
        super(parent);
    }

    /** Where ND4J looks for the names of its backends. */
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> found = Collections.list(super.getResources(name));
        found.removeIf(url -> url.getPath().contains(CUDA_JARS));
        return Collections.enumeration(found);
    }
}
