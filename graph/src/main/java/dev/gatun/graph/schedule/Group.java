package dev.gatun.graph.schedule;

import java.util.ArrayList;
import java.util.List;

/** Roots that one loop computes, while the fuser is at work. */
final class Group implements Unit {
    private final List<Root> roots = new ArrayList<>();
    private Domain domain;

    Group(Root first, Domain domain) {
        this.roots.add(first);
        this.domain = domain;
    }

    List<Root> roots() {
        return roots;
    }

    Domain domain() {
        return domain;
    }

    void add(Root root, Domain joined) {
        roots.add(root);
        domain = joined;
    }

    boolean computes(int value) {
        return roots.stream().anyMatch(r -> r.into() == null && r.value() == value);
    }

    @Override
    public int position() {
        return roots.getLast().position();
    }

    @Override
    public int firstPosition() {
        return roots.getFirst().position();
    }
}
