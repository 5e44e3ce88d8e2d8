import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;

/** Fills Kafka's generated message classes with random content, by reflection: a new message needs nothing here. */
final class RandomMessages {
    private final Random random;
    private final Map<Class<?>, List<Field>> fields = new HashMap<>();
    private final Map<Class<?>, Constructor<?>> constructors = new HashMap<>();
    private final Map<Field, Boolean> nullable = new HashMap<>();
    private boolean withNulls;
    private boolean withUnknownTags;

    RandomMessages(Random random) {
        this.random = random;
    }

    /** A random message of the class, as its bytes at a version, prefixed by it. */
    byte[] versionPrefixed(Class<? extends Message> type, short version) throws ReflectiveOperationException {
        return MessageUtil.toVersionPrefixedBytes(version, message(type, version));
    }

    /** A random message that can be written at the version: null and unknown tags only where it allows them. */
    <T extends Message> T message(Class<T> type, short version) throws ReflectiveOperationException {
        RuntimeException last = null;
        for (int attempt = 0; attempt < 3; attempt++) {
            withUnknownTags = attempt == 0 && random.nextInt(4) == 0;
            withNulls = attempt < 2;
            T message = fill(type);
            try {
                MessageUtil.toVersionPrefixedBytes(version, message);
                return message;
            } catch (RuntimeException e) {
                last = e;
            }
        }
        throw last;
    }

    private <T> T fill(Class<T> type) throws ReflectiveOperationException {
        T message = create(type);
        // A message at its defaults now and then: tagged fields at theirs are not written.
        if (random.nextInt(20) == 0 && fieldsOf(type).stream().noneMatch(field -> field.getType() == Uuid.class)) return message;
        for (Field field : fieldsOf(type)) {
            if (random.nextInt(8) == 0) continue;
            if (withNulls && random.nextInt(6) == 0 && isNullable(field, type)) field.set(message, null);
            else field.set(message, value(field.getType(), field.getGenericType(), field));
        }
        if (withUnknownTags && random.nextInt(2) == 0) {
            for (int tag = 64, count = random.nextInt(3); count >= 0; count--) {
                tag += 1 + random.nextInt(300);
                ((Message) message).unknownTaggedFields().add(new RawTaggedField(tag, bytes()));
            }
        }
        return message;
    }

    private <T> T create(Class<T> type) throws ReflectiveOperationException {
        Constructor<?> constructor = constructors.get(type);
        if (constructor == null) {
            constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            constructors.put(type, constructor);
        }
        return type.cast(constructor.newInstance());
    }

    private List<Field> fieldsOf(Class<?> type) {
        return fields.computeIfAbsent(type, t -> {
            boolean linked = ImplicitLinkedHashCollection.Element.class.isAssignableFrom(t);
            List<Field> found = new ArrayList<>();
            for (Field field : t.getDeclaredFields()) {
                String name = field.getName();
                if (Modifier.isStatic(field.getModifiers()) || name.startsWith("_")) continue;
                if (linked && (name.equals("prev") || name.equals("next"))) continue;
                field.setAccessible(true);
                found.add(field);
            }
            return found;
        });
    }

    /** Whether the newest version can be written with null in the field. */
    private boolean isNullable(Field field, Class<?> type) throws ReflectiveOperationException {
        Boolean known = nullable.get(field);
        if (known != null) return known;
        boolean can = !field.getType().isPrimitive();
        if (can) {
            Message message = (Message) create(type);
            field.set(message, null);
            try {
                MessageUtil.toVersionPrefixedBytes(message.highestSupportedVersion(), message);
            } catch (NullPointerException e) {
                can = false;
            }
        }
        nullable.put(field, can);
        return can;
    }

    private Object value(Class<?> type, Type generic, Field field) throws ReflectiveOperationException {
        if (type == boolean.class) return random.nextBoolean();
        if (type == byte.class) return (byte) number();
        if (type == short.class || type == Short.class) return (short) number();
        // An unsigned int16 is an int in Java, which only its setter would tell.
        if (type == int.class && field.getName().equals("port")) return (int) number() & 0xffff;
        if (type == int.class || type == Integer.class) return (int) number();
        if (type == long.class) return number();
        if (type == String.class) return string();
        if (type == Uuid.class) return random.nextInt(10) == 0 ? Uuid.ZERO_UUID : new Uuid(random.nextLong(), random.nextLong());
        if (type == byte[].class) return bytes();
        if (type == ByteBuffer.class) return ByteBuffer.wrap(bytes());
        if (Collection.class.isAssignableFrom(type)) return collection(type, generic, field);
        if (Message.class.isAssignableFrom(type)) return fill(type);
        throw new IllegalStateException(field + ": nothing known for " + type);
    }

    @SuppressWarnings("unchecked")
    private Object collection(Class<?> type, Type generic, Field field) throws ReflectiveOperationException {
        boolean linked = ImplicitLinkedHashCollection.class.isAssignableFrom(type);
        Type holder = linked ? type.getGenericSuperclass() : generic;
        Class<?> element = (Class<?>) ((ParameterizedType) holder).getActualTypeArguments()[0];
        Collection<Object> filled = new ArrayList<>();
        if (linked) filled = (Collection<Object>) create(type);
        int count = random.nextInt(200) == 0 ? 120 + random.nextInt(20) : random.nextInt(4);
        if (Message.class.isAssignableFrom(element)) count = Math.min(count, 6);
        while (count-- > 0) filled.add(value(element, element, field));
        return filled;
    }

    /** The edges of every width, small ones, and any. */
    private long number() {
        switch (random.nextInt(8)) {
            case 0: return 0;
            case 1: return -1;
            case 2: return new long[] {Byte.MAX_VALUE, Short.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE}[random.nextInt(4)];
            case 3: return new long[] {Byte.MIN_VALUE, Short.MIN_VALUE, Integer.MIN_VALUE, Long.MIN_VALUE}[random.nextInt(4)];
            case 4: return (1L << 53) - 2 + random.nextInt(4);
            case 5: return 1_700_000_000_000L + random.nextInt();
            case 6: return random.nextInt(1000);
            default: return random.nextLong();
        }
    }

    /** Any Unicode, NUL too; lengths around those where a varint gets longer. */
    String string() {
        int length = random.nextInt(12);
        if (random.nextInt(60) == 0) length = 124 + random.nextInt(8);
        if (random.nextInt(3000) == 0) length = 16_380 + random.nextInt(8);
        boolean ascii = random.nextInt(3) > 0;
        StringBuilder text = new StringBuilder(length);
        while (length-- > 0) {
            int code = ascii ? 0x20 + random.nextInt(0x5f) : random.nextInt(random.nextBoolean() ? 0x800 : 0x110000);
            text.appendCodePoint(code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
        }
        return text.toString();
    }

    byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(50) == 0 ? 120 + random.nextInt(20) : random.nextInt(12)];
        random.nextBytes(bytes);
        return bytes;
    }
}
