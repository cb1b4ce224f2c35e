package io.lockstep.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The Vector API's. A rule is a loop of its own, because vectors that cross a call which is not inlined are boxed. */
final class SimdUpdaterPasses extends UpdaterPasses {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BYTES = LANES * Float.BYTES;

    private final ScalarUpdaterPasses scalar = new ScalarUpdaterPasses();

    @Override
    public void sgd(Stretch s, Terms terms, float rate) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            store(stepped(p, g.mul(rate), terms), s.parameters(), s.at() + i);
        }
        scalar.sgd(rest(s), terms, rate);
    }

    @Override
    public void nesterovs(Stretch s, Terms terms, float rate, float momentum) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            FloatVector old = load(s.state(), s.first() + i).mul(momentum);
            FloatVector v = old.sub(g.mul(rate));
            store(v, s.state(), s.first() + i);
            store(stepped(p, old.sub(v.mul(1 + momentum)), terms), s.parameters(), s.at() + i);
        }
        scalar.nesterovs(rest(s), terms, rate, momentum);
    }

    @Override
    public void adaGrad(Stretch s, Terms terms, float rate, float epsilon) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            FloatVector h = load(s.state(), s.first() + i).add(g.mul(g));
            store(h, s.state(), s.first() + i);
            FloatVector u = g.mul(rate).div(h.sqrt().add(epsilon));
            store(stepped(p, u, terms), s.parameters(), s.at() + i);
        }
        scalar.adaGrad(rest(s), terms, rate, epsilon);
    }

    @Override
    public void adaDelta(Stretch s, Terms terms, float rho, float epsilon) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            FloatVector squares = decayed(load(s.state(), s.first() + i), rho, g.mul(g));
            FloatVector changes = load(s.state(), s.second() + i);
            FloatVector u =
                    g.mul(changes.add(epsilon).sqrt()).div(squares.add(epsilon).sqrt());
            store(squares, s.state(), s.first() + i);
            store(decayed(changes, rho, u.mul(u)), s.state(), s.second() + i);
            store(stepped(p, u, terms), s.parameters(), s.at() + i);
        }
        scalar.adaDelta(rest(s), terms, rho, epsilon);
    }

    @Override
    public void rmsProp(Stretch s, Terms terms, float rate, float decay, float epsilon) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            FloatVector squares = decayed(load(s.state(), s.first() + i), decay, g.mul(g));
            store(squares, s.state(), s.first() + i);
            FloatVector u = g.mul(rate).div(squares.sqrt().add(epsilon));
            store(stepped(p, u, terms), s.parameters(), s.at() + i);
        }
        scalar.rmsProp(rest(s), terms, rate, decay, epsilon);
    }

    @Override
    public void adam(Stretch s, Terms terms, float rate, float beta1, float beta2, float epsilon) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            FloatVector m = decayed(load(s.state(), s.first() + i), beta1, g);
            FloatVector v = decayed(load(s.state(), s.second() + i), beta2, g.mul(g));
            store(m, s.state(), s.first() + i);
            store(v, s.state(), s.second() + i);
            FloatVector u = m.mul(rate).div(v.sqrt().add(epsilon));
            store(stepped(p, u, terms), s.parameters(), s.at() + i);
        }
        scalar.adam(rest(s), terms, rate, beta1, beta2, epsilon);
    }

    @Override
    public void amsGrad(Stretch s, Terms terms, float rate, float beta1, float beta2, float epsilon) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            FloatVector m = decayed(load(s.state(), s.first() + i), beta1, g);
            FloatVector v = decayed(load(s.state(), s.second() + i), beta2, g.mul(g));
            FloatVector largest = load(s.state(), s.third() + i).max(v);
            store(m, s.state(), s.first() + i);
            store(v, s.state(), s.second() + i);
            store(largest, s.state(), s.third() + i);
            FloatVector u = m.mul(rate).div(largest.sqrt().add(epsilon));
            store(stepped(p, u, terms), s.parameters(), s.at() + i);
        }
        scalar.amsGrad(rest(s), terms, rate, beta1, beta2, epsilon);
    }

    @Override
    public void adaMax(Stretch s, Terms terms, float rate, float beta1, float beta2) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            FloatVector m = decayed(load(s.state(), s.first() + i), beta1, g);
            FloatVector norm = load(s.state(), s.second() + i).mul(beta2);
            FloatVector larger = norm.max(g.abs()).add(LEAST_NORM);
            store(m, s.state(), s.first() + i);
            store(larger, s.state(), s.second() + i);
            store(stepped(p, m.mul(rate).div(larger), terms), s.parameters(), s.at() + i);
        }
        scalar.adaMax(rest(s), terms, rate, beta1, beta2);
    }

    @Override
    public void nadam(Stretch s, Terms terms, float rate, float beta1, float beta2, float epsilon) {
        int end = whole(s);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector p = load(s.parameters(), s.at() + i);
            FloatVector g = gradient(load(s.gradients(), s.at() + i), p, terms);
            FloatVector m = decayed(load(s.state(), s.first() + i), beta1, g);
            FloatVector v = decayed(load(s.state(), s.second() + i), beta2, g.mul(g));
            store(m, s.state(), s.first() + i);
            store(v, s.state(), s.second() + i);
            FloatVector u = decayed(m, beta1, g).mul(rate).div(v.sqrt().add(epsilon));
            store(stepped(p, u, terms), s.parameters(), s.at() + i);
        }
        scalar.nadam(rest(s), terms, rate, beta1, beta2, epsilon);
    }

    /** Bytes of whole vectors. */
    private static int whole(Stretch s) {
        return s.elements() / LANES * BYTES;
    }

    private static Stretch rest(Stretch s) {
        return s.from(s.elements() / LANES * LANES);
    }

    /** decay x old + (1 - decay) x now. */
    private static FloatVector decayed(FloatVector old, float decay, FloatVector now) {
        return old.mul(decay).add(now.mul(1 - decay));
    }

    private static FloatVector gradient(FloatVector gradient, FloatVector p, Terms terms) {
        FloatVector bounded = gradient.mul(terms.factor()).max(-terms.bound()).min(terms.bound());
        FloatVector sign =
                FloatVector.zero(FLOATS).blend(terms.l1(), p.compare(GT, 0)).blend(-terms.l1(), p.compare(LT, 0));
        return bounded.add(sign).add(p.mul(terms.l2()));
    }

    private static FloatVector stepped(FloatVector p, FloatVector u, Terms terms) {
        return p.sub(u.add(p.mul(terms.decay())));
    }

    private static FloatVector load(ByteBuffer x, int at) {
        return FloatVector.fromByteBuffer(FLOATS, x, at, ORDER);
    }

    private static void store(FloatVector x, ByteBuffer to, int at) {
        x.intoByteBuffer(to, at, ORDER);
    }
}
