package dev.gatun.models.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a model computes, from those who define the format. */
final class Ort {
    private Ort() {}

    /** Runs a model; returns its outputs in order. */
    static List<Sample> run(byte[] model, Map<String, Sample> inputs) throws OrtException {
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.BASIC_OPT);
            options.setIntraOpNumThreads(1);
            options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            try (OrtSession session = env.createSession(model, options)) {
                Map<String, OnnxTensorLike> tensors = new LinkedHashMap<>();
                for (Map.Entry<String, Sample> e : inputs.entrySet()) tensors.put(e.getKey(), tensor(env, e.getValue()));
                List<Sample> results = new ArrayList<>();
                try (OrtSession.Result r = session.run(tensors)) {
                    for (int i = 0; i < r.size(); i++) results.add(sample((ai.onnxruntime.OnnxTensor) r.get(i)));
                }
                tensors.values().forEach(OnnxTensorLike::close);
                return results;
            }
        }
    }

    private static ai.onnxruntime.OnnxTensor tensor(OrtEnvironment env, Sample x) throws OrtException {
        double[] v = x.values();
        return switch (x.type()) {
            case FLOAT -> {
                float[] f = new float[v.length];
                for (int i = 0; i < v.length; i++) f[i] = (float) v[i];
                yield ai.onnxruntime.OnnxTensor.createTensor(env, FloatBuffer.wrap(f), x.longDims());
            }
            case INT64 -> ai.onnxruntime.OnnxTensor.createTensor(env, LongBuffer.wrap(Arrays.stream(v).mapToLong(d -> (long) d).toArray()), x.longDims());
            case INT32 -> ai.onnxruntime.OnnxTensor.createTensor(env, IntBuffer.wrap(Arrays.stream(v).mapToInt(d -> (int) d).toArray()), x.longDims());
            case BOOL -> {
                ByteBuffer b = ByteBuffer.allocateDirect(v.length);
                for (int i = 0; i < v.length; i++) b.put(i, (byte) v[i]);
                yield ai.onnxruntime.OnnxTensor.createTensor(env, b, x.longDims(), OnnxJavaType.BOOL);
            }
            default -> throw new IllegalArgumentException("no input of " + x.type());
        };
    }

    private static Sample sample(ai.onnxruntime.OnnxTensor t) throws OrtException {
        TensorInfo info = t.getInfo();
        List<Integer> dims = Arrays.stream(info.getShape()).mapToObj(d -> (int) d).toList();
        double[] x = new double[Sample.count(dims)];
        switch (info.type) {
            case FLOAT -> {
                FloatBuffer b = t.getFloatBuffer();
                for (int i = 0; i < x.length; i++) x[i] = b.get(i);
                return new Sample(ElementType.FLOAT, dims, x);
            }
            case INT64 -> {
                LongBuffer b = t.getLongBuffer();
                for (int i = 0; i < x.length; i++) x[i] = b.get(i);
                return new Sample(ElementType.INT64, dims, x);
            }
            case INT32 -> {
                IntBuffer b = t.getIntBuffer();
                for (int i = 0; i < x.length; i++) x[i] = b.get(i);
                return new Sample(ElementType.INT32, dims, x);
            }
            case BOOL -> {
                ByteBuffer b = t.getByteBuffer();
                for (int i = 0; i < x.length; i++) x[i] = b.get(i);
                return new Sample(ElementType.BOOL, dims, x);
            }
            default -> throw new IllegalArgumentException("no output of " + info.type);
        }
    }
}
