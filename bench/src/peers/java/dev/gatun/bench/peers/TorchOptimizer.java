package dev.gatun.bench.peers;

import java.util.List;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;

/** Updates parameters and forgets their gradients. */
interface TorchOptimizer {
    void step();

    /** Stochastic gradient descent with momentum 0.9. */
    static TorchOptimizer sgd(TensorVector parameters, double rate) {
        SGDOptions options = new SGDOptions(rate);
        options.momentum().put(0.9);
        return of(new SGD(parameters, options));
    }

    static TorchOptimizer adam(TensorVector parameters, double rate) {
        return of(new Adam(parameters, new AdamOptions(rate)));
    }

    private static TorchOptimizer of(Optimizer optimizer) {
        return () -> {
            optimizer.step();
            optimizer.zero_grad(true);
        };
    }

    /** AdamW with decay 0.01 by the operator that updates all parameters at once, PyTorch's fastest; clips to norm 1 before. */
    @SuppressWarnings("try") // the guard is there to be closed
    static TorchOptimizer clippedAdamW(List<Tensor> parameters, double rate) {
        TensorVector all = new TensorVector(parameters.toArray(Tensor[]::new));
        List<Tensor> means = parameters.stream().map(p -> torch.zeros(p.shape())).toList();
        List<Tensor> squares = parameters.stream().map(p -> torch.zeros(p.shape())).toList();
        List<Tensor> steps = parameters.stream().map(p -> torch.zeros(new long[0])).toList();
        Optimizer gradients = new SGD(all, new SGDOptions(rate)); // knows how to forget them
        IValueVector parts = new IValueVector(new IValue(torch.zeros(1, 1)), new IValue(0L));
        Dispatcher.singleton().findSchemaOrThrow("aten::unbind", "int").callBoxed(parts);
        Type.TypePtr tensor = parts.get(0).toList().elementType();
        Scalar one = new Scalar(1.0);
        return () -> {
            torch.clip_grad_norm_(all, 1.0);
            steps.forEach(s -> s.add_(one));
            try (NoGradGuard off = new NoGradGuard()) {
                Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "").callBoxed(new IValueVector(
                        list(tensor, parameters), list(tensor, parameters.stream().map(Tensor::grad).toList()), list(tensor, means),
                        list(tensor, squares), list(tensor, List.of()), list(tensor, steps), new IValue(rate), new IValue(0.9), new IValue(0.999),
                        new IValue(0.01), new IValue(1e-8), new IValue(false), new IValue(false), new IValue(), new IValue()));
            }
            gradients.zero_grad(true);
        };
    }

    private static IValue list(Type.TypePtr element, List<Tensor> tensors) {
        GenericList list = new GenericList(element);
        tensors.forEach(t -> list.push_back(new IValue(t)));
        return new IValue(list);
    }
}
