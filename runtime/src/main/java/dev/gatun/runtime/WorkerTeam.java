package dev.gatun.runtime;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that run the tasks of one kernel at a time. The caller is one of them. Between kernels workers spin for a
 * short while, since the next kernel usually follows within microseconds, then park.
 *
 * <p>Tasks are claimed from one counter whose upper half numbers the kernel. A claim below the kernel's number of tasks
 * holds the caller back until it is done, so that kernel and memory stay what they are; a claim beyond is void, also
 * when the next kernel has been announced meanwhile, which the numbers tell. Which worker runs a task never changes a
 * result.
 */
final class WorkerTeam implements AutoCloseable {
    /** Spins of an idle worker before it parks: some tens of microseconds. */
    private static final int SPINS = 20_000;

    private final Worker[] workers;
    private final AtomicLong ticket = new AtomicLong();
    private final AtomicInteger done = new AtomicInteger();
    private volatile Throwable failure;
    private volatile boolean closed;
    /** Number of the kernel announced, and how many tasks it has. */
    private volatile long announced;
    private Kernel kernel;
    private MemorySegment memory;
    private MemorySegment[] scratch;
    private long epoch;

    /**
     * Starts the threads.
     *
     * @param size number of threads, the caller's included
     */
    WorkerTeam(int size) {
        workers = new Worker[size - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    int size() {
        return workers.length + 1;
    }

    /**
     * Runs all tasks of a kernel and returns when the last is done. One caller at a time.
     *
     * @param scratch one segment for each thread
     */
    void run(Kernel kernel, MemorySegment memory, MemorySegment[] scratch) {
        int tasks = kernel.tasks();
        if (tasks == 1 || workers.length == 0) {
            for (int t = 0; t < tasks; t++) kernel.run(memory, t, scratch[0]);
            return;
        }
        this.kernel = kernel;
        this.memory = memory;
        this.scratch = scratch;
        done.set(0);
        announced = ++epoch << 32 | tasks; // publishes the fields above
        ticket.set(epoch << 32);
        for (Worker w : workers) w.wake();
        while (claim(0)) {}
        for (int spins = 0; done.get() < tasks; spins++) {
            if (spins < SPINS) Thread.onSpinWait();
            else Thread.yield();
        }
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            if (thrown instanceof RuntimeException e) throw e;
            if (thrown instanceof Error e) throw e;
            throw new IllegalStateException(thrown);
        }
    }

    /** Claims and runs one task; false when none is left. */
    private boolean claim(int worker) {
        long claimed = ticket.getAndIncrement();
        long now = announced;
        int task = (int) claimed;
        if (claimed >>> 32 != now >>> 32 || task >= (int) now) return false;
        try {
            kernel.run(memory, task, scratch[worker]);
        } catch (Throwable e) {
            failure = e;
        } finally {
            done.incrementAndGet();
        }
        return true;
    }

    @Override
    public void close() {
        closed = true;
        for (Worker w : workers) LockSupport.unpark(w);
    }

    private final class Worker extends Thread {
        private final int index;
        private volatile boolean parked;

        Worker(int index) {
            super("gatun-worker-" + index);
            this.index = index;
            setDaemon(true);
        }

        void wake() {
            if (parked) LockSupport.unpark(this);
        }

        @Override
        public void run() {
            long seen = 0;
            while (!closed) {
                seen = await(seen);
                while (!closed && claim(index)) {}
            }
        }

        /** Waits for a kernel after number {@code seen}; returns its number. */
        private long await(long seen) {
            for (int spins = 0; !closed; spins++) {
                long now = ticket.get() >>> 32;
                if (now != seen) return now;
                if (spins < SPINS) {
                    Thread.onSpinWait();
                    continue;
                }
                parked = true;
                if (ticket.get() >>> 32 == seen && !closed) LockSupport.park(this);
                parked = false;
                spins = 0;
            }
            return seen;
        }
    }
}
