package dev.gatun.models.events;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors;
import com.google.protobuf.DynamicMessage;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads event files in another way than they are written: messages by the protobuf runtime from descriptors stated here,
 * and checks bit by bit.
 */
public final class EventReader {
    private static final Descriptors.Descriptor EVENT = describe();

    private EventReader() {}

    private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
        return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setType(type).setLabel(Label.LABEL_OPTIONAL);
    }

    private static FieldDescriptorProto.Builder message(String name, int number, String type) {
        return field(name, number, Type.TYPE_MESSAGE).setTypeName(".t." + type);
    }

    private static DescriptorProto type(String name, FieldDescriptorProto.Builder... fields) {
        DescriptorProto.Builder type = DescriptorProto.newBuilder().setName(name);
        for (FieldDescriptorProto.Builder f : fields) type.addField(f);
        return type.build();
    }

    private static Descriptors.Descriptor describe() {
        FileDescriptorProto file = FileDescriptorProto.newBuilder().setName("event.proto").setPackage("t").setSyntax("proto3")
                .addMessageType(type("Event", field("wall_time", 1, Type.TYPE_DOUBLE), field("step", 2, Type.TYPE_INT64),
                        field("file_version", 3, Type.TYPE_STRING), message("summary", 5, "Summary"), message("session_log", 7, "SessionLog")))
                .addMessageType(type("SessionLog", field("status", 1, Type.TYPE_INT32)))
                .addMessageType(type("Summary", message("value", 1, "Value").setLabel(Label.LABEL_REPEATED)))
                .addMessageType(type("Value", field("tag", 1, Type.TYPE_STRING), field("simple_value", 2, Type.TYPE_FLOAT), message("image", 4, "Image"),
                        message("tensor", 8, "Tensor"), message("metadata", 9, "Metadata")))
                .addMessageType(type("Image", field("height", 1, Type.TYPE_INT32), field("width", 2, Type.TYPE_INT32),
                        field("colorspace", 3, Type.TYPE_INT32), field("encoded_image_string", 4, Type.TYPE_BYTES)))
                .addMessageType(type("Tensor", field("dtype", 1, Type.TYPE_INT32), message("tensor_shape", 2, "Shape"),
                        field("string_val", 8, Type.TYPE_BYTES).setLabel(Label.LABEL_REPEATED)))
                .addMessageType(type("Shape", message("dim", 2, "Dim").setLabel(Label.LABEL_REPEATED)))
                .addMessageType(type("Dim", field("size", 1, Type.TYPE_INT64)))
                .addMessageType(type("Metadata", message("plugin_data", 1, "Plugin"), field("data_class", 4, Type.TYPE_INT32)))
                .addMessageType(type("Plugin", field("plugin_name", 1, Type.TYPE_STRING)))
                .build();
        try {
            return Descriptors.FileDescriptor.buildFrom(file, new Descriptors.FileDescriptor[0]).findMessageTypeByName("Event");
        } catch (Descriptors.DescriptorValidationException e) {
            throw new AssertionError(e);
        }
    }

    /** All events of a file. Throws an error for anything that is not as it must be. */
    public static List<DynamicMessage> read(Path file) throws IOException {
        List<DynamicMessage> events = new ArrayList<>();
        try (InputStream s = Files.newInputStream(file); DataInputStream in = new DataInputStream(s)) {
            while (true) {
                byte[] head = in.readNBytes(8);
                if (head.length == 0) return events;
                verify(head, in, "length");
                byte[] data = in.readNBytes((int) little(head));
                verify(data, in, "data");
                DynamicMessage event = DynamicMessage.parseFrom(EVENT, data);
                unknown(event);
                events.add(event);
            }
        }
    }

    private static void unknown(DynamicMessage m) {
        if (!m.getUnknownFields().asMap().isEmpty()) throw new AssertionError("fields that the format has not: " + m);
        m.getAllFields().values().forEach(v -> {
            for (Object x : v instanceof List<?> l ? l : List.of(v)) if (x instanceof DynamicMessage inner) unknown(inner);
        });
    }

    private static void verify(byte[] data, DataInputStream in, String what) throws IOException {
        byte[] check = in.readNBytes(4);
        if (check.length != 4 || little(check) != masked(data)) throw new AssertionError("the check of a record's " + what + " is wrong");
    }

    private static long little(byte[] b) {
        long x = 0;
        for (int i = b.length - 1; i >= 0; i--) x = x << 8 | b[i] & 0xff;
        return x;
    }

    /** CRC-32C by its polynomial, bit by bit. */
    static long crc(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int i = 0; i < 8; i++) crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
        }
        return ~crc & 0xffffffffL;
    }

    private static long masked(byte[] data) {
        long crc = crc(data);
        return (crc >> 15 | crc << 17 & 0xffffffffL) + 0xa282ead8L & 0xffffffffL;
    }

    /** A field by its path, {@code summary.value}; the default where it is not set. */
    public static Object get(DynamicMessage m, String path) {
        int dot = path.indexOf('.');
        Object x = m.getField(m.getDescriptorForType().findFieldByName(dot < 0 ? path : path.substring(0, dot)));
        return dot < 0 ? x : get((DynamicMessage) x, path.substring(dot + 1));
    }

    /** Values of an event. */
    public static List<DynamicMessage> values(DynamicMessage event) {
        return ((List<?>) get(event, "summary.value")).stream().map(v -> (DynamicMessage) v).toList();
    }
}
