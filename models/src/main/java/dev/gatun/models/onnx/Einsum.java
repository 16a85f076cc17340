package dev.gatun.models.onnx;

import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Einstein's summation of one or two tensors: letters in both and in the result are a batch, letters in both alone are
 * summed as a matrix product, letters in one alone that the result lacks are summed before.
 */
final class Einsum {
    private final Call call;
    private final List<String> terms;
    private final String output;
    private final Map<Character, Integer> sizes = new HashMap<>();

    Einsum(Call call) {
        this.call = call;
        String equation = call.text("equation", "").replace(" ", "");
        call.require(equation.matches("[a-zA-Z]*(,[a-zA-Z]*)?(->[a-zA-Z]*)?"),
                "equation '" + equation + "' is not supported: letters for one or two operands, no dots");
        String[] sides = equation.split("->", -1);
        terms = List.of(sides[0].split(",", -1));
        call.require(terms.size() == call.operands().size(), "equation '" + equation + "' has " + terms.size() + " operands");
        output = sides.length == 2 ? sides[1] : implied(sides[0]);
        for (int i = 0; i < terms.size(); i++) sizes(terms.get(i), call.in(i));
        call.require(distinct(output) && output.chars().allMatch(l -> sizes.containsKey((char) l)), "the result '" + output + "' repeats or invents a letter");
    }

    /** Without a right side the result has the letters that occur once, in alphabetical order. */
    private static String implied(String left) {
        Map<Character, Integer> counts = new TreeMap<>();
        for (char l : left.replace(",", "").toCharArray()) counts.merge(l, 1, Integer::sum);
        return counts.entrySet().stream().filter(e -> e.getValue() == 1).map(e -> e.getKey().toString()).collect(Collectors.joining());
    }

    private static boolean distinct(String letters) {
        return letters.chars().distinct().count() == letters.length();
    }

    private void sizes(String term, Value x) {
        call.require(distinct(term), "a diagonal ('" + term + "') is not supported");
        call.require(term.length() == x.rank(), "'" + term + "' names " + term.length() + " dimensions of " + x.dims());
        for (int i = 0; i < term.length(); i++) {
            Integer before = sizes.putIfAbsent(term.charAt(i), x.dim(i));
            call.require(before == null || before == x.dim(i), "dimension '" + term.charAt(i) + "' is " + before + " and " + x.dim(i));
        }
    }

    Tensor result() {
        String a = terms.getFirst();
        if (terms.size() == 1) return ordered(summed(call.x(0), a, output), kept(a, output), output);
        String b = terms.getLast();
        Tensor x = summed(call.x(0), a, b + output);
        Tensor y = summed(call.x(1), b, a + output);
        a = kept(a, b + output);
        b = kept(b, a + output);
        String batch = kept(kept(a, b), output);
        String inner = without(kept(a, b), output);
        String left = without(a, b);
        String right = without(b, a);
        Tensor p = grouped(ordered(x, a, batch + left + inner), batch, left, inner);
        Tensor q = grouped(ordered(y, b, batch + inner + right), batch, inner, right);
        Tensor product = p.apply(new MatMul(false, false), q).reshape(shape(batch + left + right));
        return ordered(product, batch + left + right, output);
    }

    /** Letters of a term that occur among others. */
    private static String kept(String term, String among) {
        return term.chars().filter(l -> among.indexOf(l) >= 0).mapToObj(Character::toString).collect(Collectors.joining());
    }

    private static String without(String term, String among) {
        return term.chars().filter(l -> among.indexOf(l) < 0).mapToObj(Character::toString).collect(Collectors.joining());
    }

    private Tensor summed(Tensor x, String term, String needed) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < term.length(); i++) {
            if (needed.indexOf(term.charAt(i)) < 0) axes.add(i);
        }
        return x.sum(axes).reshape(shape(kept(term, needed)));
    }

    private static Tensor ordered(Tensor x, String from, String to) {
        if (from.equals(to)) return x;
        return x.transpose(to.chars().mapToObj(from::indexOf).toArray(Integer[]::new));
    }

    private Shape shape(String letters) {
        return new Shape(letters.chars().mapToObj(l -> sizes.get((char) l)).toList());
    }

    private int size(String letters) {
        return Math.toIntExact(shape(letters).elements());
    }

    private Tensor grouped(Tensor x, String batch, String rows, String columns) {
        return x.reshape(size(batch), size(rows), size(columns));
    }
}
