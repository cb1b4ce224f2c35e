package io.lockstep.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FitQueueTest {
    @Test
    void fitsShareTheSlotsAndNoMoreTrainAtOnceThanFit() throws Exception {
        var queue = new FitQueue(() -> 5);
        var busy = new AtomicInteger();
        var most = new AtomicInteger();
        List<Thread> fits = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int workers = 1 + i % 3;
            fits.add(new Thread(() -> {
                try (FitQueue.Turn turn = queue.await(workers, () -> {})) {
                    most.accumulateAndGet(busy.addAndGet(workers), Math::max);
                    Thread.yield();
                    busy.addAndGet(-workers);
                }
            }));
        }
        fits.forEach(Thread::start);
        for (Thread fit : fits) {
            fit.join();
        }
        assertThat(most.get()).isBetween(1, 5);
        assertThat(busy.get()).isZero();
    }

    @Test
    void aFitThatIsAloneDoesNotWaitHoweverFewSlotsThereAre() {
        var told = new AtomicInteger();
        try (FitQueue.Turn turn = new FitQueue(() -> 1).await(4, told::incrementAndGet)) {
            assertThat(told.get()).isZero();
        }
    }

    @Test
    void whoCameFirstIsFirst() throws Exception {
        var queue = new FitQueue(() -> 2);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Thread> fits = new ArrayList<>();
        try (FitQueue.Turn turn = queue.await(2, () -> {})) {
            for (int i = 0; i < 4; i++) {
                int number = i;
                var waits = new CountDownLatch(1);
                Thread fit = new Thread(() -> {
                    try (FitQueue.Turn mine = queue.await(number == 0 ? 2 : 1 + number % 2, waits::countDown)) {
                        order.add(number);
                    }
                });
                fits.add(fit);
                fit.start();
                waits.await();
            }
        }
        for (Thread fit : fits) {
            fit.join();
        }
        assertThat(order).hasSize(4).startsWith(0); // 1 and 2 of one slot each may go together
    }

    @Test
    void aFitThatGivesUpIsInNobodysWay() {
        var queue = new FitQueue(() -> 1);
        Runnable ends = () -> {
            throw new IllegalStateException("the application ends");
        };
        try (FitQueue.Turn turn = queue.await(1, () -> {})) {
            assertThatThrownBy(() -> queue.await(1, ends)).hasMessage("the application ends");
        }
        try (FitQueue.Turn next = queue.await(1, ends)) {
            assertThat(next).as("it did not have to wait").isNotNull();
        }
    }
}
