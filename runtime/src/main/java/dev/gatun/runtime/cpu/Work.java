package dev.gatun.runtime.cpu;

import dev.gatun.simd.Kernel;
import java.util.List;
import java.util.stream.Stream;

/** What a step of a plan becomes. */
public sealed interface Work {
    /** The user's source line that it comes from. */
    String source();

    /** Number of the step in the plan, or in the body of the loop that holds it. */
    int step();

    /** The same of another step. */
    Work at(int step);

    /** All kernels in it. */
    List<Kernel> kernels();

    /** A kernel, run as often as what holds it. */
    record Single(Kernel kernel, String source, int step) implements Work {
        @Override
        public Work at(int other) {
            return new Single(kernel, source, other);
        }

        @Override
        public List<Kernel> kernels() {
            return List.of(kernel);
        }
    }

    /**
     * A loop.
     *
     * @param name for profiles
     * @param count how many times the body runs
     * @param before run once, in front of the loop: what comes out the same each time
     * @param body run again and again, its kernels moved to the iteration before
     */
    record Loop(String name, String source, int step, int count, List<Work> before, List<Work> body) implements Work {
        public Loop {
            before = List.copyOf(before);
            body = List.copyOf(body);
        }

        @Override
        public Work at(int other) {
            return new Loop(name, source, other, count, before, body);
        }

        @Override
        public List<Kernel> kernels() {
            return Stream.concat(before.stream(), body.stream()).flatMap(w -> w.kernels().stream()).toList();
        }
    }
}
