package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** Plain loops; also the yardstick of {@link SimdUpdaterPasses}, which must give the same bits. */
final class ScalarUpdaterPasses extends UpdaterPasses {
    @Override
    public void sgd(Stretch s, Terms terms, float rate) {
        for (int at = s.at(); at < s.end(); at += Float.BYTES) {
            step(s, at, terms, rate * gradient(s, at, terms));
        }
    }

    @Override
    public void nesterovs(Stretch s, Terms terms, float rate, float momentum) {
        for (int i = 0; i < s.elements(); i++) {
            int at = s.at() + i * Float.BYTES;
            float old = momentum * read(s.state(), s.first(), i);
            float v = old - rate * gradient(s, at, terms);
            write(s.state(), s.first(), i, v);
            step(s, at, terms, old - (1 + momentum) * v);
        }
    }

    @Override
    public void adaGrad(Stretch s, Terms terms, float rate, float epsilon) {
        for (int i = 0; i < s.elements(); i++) {
            int at = s.at() + i * Float.BYTES;
            float g = gradient(s, at, terms);
            float h = read(s.state(), s.first(), i) + g * g;
            write(s.state(), s.first(), i, h);
            step(s, at, terms, rate * g / (sqrt(h) + epsilon));
        }
    }

    @Override
    public void adaDelta(Stretch s, Terms terms, float rho, float epsilon) {
        for (int i = 0; i < s.elements(); i++) {
            int at = s.at() + i * Float.BYTES;
            float g = gradient(s, at, terms);
            float squares = rho * read(s.state(), s.first(), i) + (1 - rho) * (g * g);
            float changes = read(s.state(), s.second(), i);
            float u = g * sqrt(changes + epsilon) / sqrt(squares + epsilon);
            write(s.state(), s.first(), i, squares);
            write(s.state(), s.second(), i, rho * changes + (1 - rho) * (u * u));
            step(s, at, terms, u);
        }
    }

    @Override
    public void rmsProp(Stretch s, Terms terms, float rate, float decay, float epsilon) {
        for (int i = 0; i < s.elements(); i++) {
            int at = s.at() + i * Float.BYTES;
            float g = gradient(s, at, terms);
            float squares = decay * read(s.state(), s.first(), i) + (1 - decay) * (g * g);
            write(s.state(), s.first(), i, squares);
            step(s, at, terms, rate * g / (sqrt(squares) + epsilon));
        }
    }

    @Override
    public void adam(Stretch s, Terms terms, float rate, float beta1, float beta2, float epsilon) {
        for (int i = 0; i < s.elements(); i++) {
            int at = s.at() + i * Float.BYTES;
            float g = gradient(s, at, terms);
            float m = mean(s, i, g, beta1);
            float v = meanSquare(s, i, g, beta2);
            step(s, at, terms, rate * m / (sqrt(v) + epsilon));
        }
    }

    @Override
    public void amsGrad(Stretch s, Terms terms, float rate, float beta1, float beta2, float epsilon) {
        for (int i = 0; i < s.elements(); i++) {
            int at = s.at() + i * Float.BYTES;
            float g = gradient(s, at, terms);
            float m = mean(s, i, g, beta1);
            float largest = Math.max(read(s.state(), s.third(), i), meanSquare(s, i, g, beta2));
            write(s.state(), s.third(), i, largest);
            step(s, at, terms, rate * m / (sqrt(largest) + epsilon));
        }
    }

    @Override
    public void adaMax(Stretch s, Terms terms, float rate, float beta1, float beta2) {
        for (int i = 0; i < s.elements(); i++) {
            int at = s.at() + i * Float.BYTES;
            float g = gradient(s, at, terms);
            float m = mean(s, i, g, beta1);
            float norm = Math.max(beta2 * read(s.state(), s.second(), i), Math.abs(g)) + LEAST_NORM;
            write(s.state(), s.second(), i, norm);
            step(s, at, terms, rate * m / norm);
        }
    }

    @Override
    public void nadam(Stretch s, Terms terms, float rate, float beta1, float beta2, float epsilon) {
        for (int i = 0; i < s.elements(); i++) {
            int at = s.at() + i * Float.BYTES;
            float g = gradient(s, at, terms);
            float m = mean(s, i, g, beta1);
            float v = meanSquare(s, i, g, beta2);
            step(s, at, terms, rate * (beta1 * m + (1 - beta1) * g) / (sqrt(v) + epsilon));
        }
    }

    private static float mean(Stretch s, int i, float g, float beta1) {
        float m = beta1 * read(s.state(), s.first(), i) + (1 - beta1) * g;
        write(s.state(), s.first(), i, m);
        return m;
    }

    private static float meanSquare(Stretch s, int i, float g, float beta2) {
        float v = beta2 * read(s.state(), s.second(), i) + (1 - beta2) * (g * g);
        write(s.state(), s.second(), i, v);
        return v;
    }

    private static float gradient(Stretch s, int at, Terms terms) {
        float p = s.parameters().getFloat(at);
        float g = s.gradients().getFloat(at) * terms.factor();
        float bounded = Math.min(Math.max(g, -terms.bound()), terms.bound());
        return bounded + sign(p, terms.l1()) + terms.l2() * p;
    }

    private static float sign(float p, float l1) {
        return p > 0 ? l1 : p < 0 ? -l1 : 0;
    }

    private static void step(Stretch s, int at, Terms terms, float u) {
        float p = s.parameters().getFloat(at);
        s.parameters().putFloat(at, p - (u + terms.decay() * p));
    }

    private static float sqrt(float x) {
        return (float) Math.sqrt(x);
    }

    private static float read(ByteBuffer state, int at, int i) {
        return state.getFloat(at + i * Float.BYTES);
    }

    private static void write(ByteBuffer state, int at, int i, float value) {
        state.putFloat(at + i * Float.BYTES, value);
    }
}
