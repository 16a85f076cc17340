package dev.gatun.models.onnx;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * One field of a message: a record component of {@link Schema}.
 *
 * @param number of the field
 * @param component that holds it
 * @param element type of a list's elements; the component's own type otherwise
 */
record Slot(int number, RecordComponent component, Class<?> element) {
    /** The fields of a message, in the order of the record's components. */
    static List<Slot> of(Class<?> message) {
        List<Slot> slots = new ArrayList<>();
        for (RecordComponent c : message.getRecordComponents()) {
            Class<?> element = c.getGenericType() instanceof ParameterizedType p ? (Class<?>) p.getActualTypeArguments()[0] : c.getType();
            slots.add(new Slot(c.getAnnotation(Schema.Field.class).value(), c, element));
        }
        return slots;
    }

    String name() {
        return component.getName();
    }

    boolean isList() {
        return component.getType() == List.class;
    }
}
