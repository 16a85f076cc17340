package dev.gatun.parquet;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * A column of a file: a leaf of the tree that its schema is.
 *
 * @param path names from the root's child down
 * @param element its entry in the schema
 * @param definition levels of it and of what is around it that may be absent
 * @param repetition levels that may be there several times
 */
record Column(List<String> path, SchemaElement element, int definition, int repetition) {
    private static final int DEEPEST = 64;

    Column {
        path = List.copyOf(path);
    }

    /**
     * All columns, in their order.
     *
     * @param schema the tree, each node before its children
     */
    static List<Column> all(List<SchemaElement> schema) {
        if (schema == null || schema.isEmpty()) throw new DamageException("the schema is empty");
        List<Column> columns = new ArrayList<>();
        int end = children(schema, 0, List.of(), 0, 0, columns);
        if (end != schema.size()) throw new DamageException("the schema has " + schema.size() + " nodes, its tree only " + end);
        return columns;
    }

    /** Adds what lies below a node; returns the node behind. */
    private static int children(List<SchemaElement> schema, int node, List<String> path, int definition, int repetition, List<Column> columns) {
        if (path.size() > DEEPEST) throw new DamageException("the schema is nested deeper than " + DEEPEST);
        int next = node + 1;
        int count = schema.get(node).getNum_children();
        if (count < 0) throw new DamageException("the schema has a node of " + count + " children");
        for (int i = 0; i < count; i++) {
            if (next >= schema.size()) throw new DamageException("the schema's tree is larger than its " + schema.size() + " nodes");
            SchemaElement e = schema.get(next);
            List<String> at = new ArrayList<>(path);
            at.add(String.valueOf(e.getName()));
            FieldRepetitionType r = e.getRepetition_type();
            if (r == null) throw new DamageException("the schema does not say whether " + String.join(".", at) + " may be absent");
            int d = definition + (r == FieldRepetitionType.REQUIRED ? 0 : 1);
            int several = repetition + (r == FieldRepetitionType.REPEATED ? 1 : 0);
            if (e.isSetType()) {
                columns.add(new Column(at, e, d, several));
                next++;
            } else {
                next = children(schema, next, at, d, several, columns);
            }
        }
        return next;
    }

    /** The path with dots. */
    String name() {
        return String.join(".", path);
    }

    /** Whether each row has a string at most. */
    boolean isText() {
        if (repetition > 0 || element.getType() != Type.BYTE_ARRAY) return false;
        if (element.isSetLogicalType()) {
            return element.getLogicalType().isSetSTRING() || element.getLogicalType().isSetENUM() || element.getLogicalType().isSetJSON();
        }
        ConvertedType c = element.getConverted_type();
        return c == null || c == ConvertedType.UTF8 || c == ConvertedType.ENUM || c == ConvertedType.JSON;
    }

    /** What it holds, for errors. */
    String kind() {
        String of = element.isSetLogicalType() ? element.getLogicalType().toString() : element.getType().toString();
        return repetition > 0 ? "lists of " + of : of;
    }

    /** How the decoders know it. */
    ColumnDescriptor descriptor() {
        PrimitiveType type = new PrimitiveType(org.apache.parquet.schema.Type.Repetition.valueOf(element.getRepetition_type().name()), PrimitiveTypeName.BINARY,
                path.getLast());
        return new ColumnDescriptor(path.toArray(String[]::new), type, repetition, definition);
    }
}
