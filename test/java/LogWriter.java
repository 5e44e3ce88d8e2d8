import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Writes logs of random records in every message format with every codec, by Kafka's own classes, and next to each what
 * Kafka reads in it, as the lines of a recording: LogWriter FOLDER SEED BATCHES
 */
public final class LogWriter {
    private static final short NO_EPOCH = RecordBatch.NO_PRODUCER_EPOCH;
    private final Random random;
    private final int batches;
    private final Path folder;

    private LogWriter(Path folder, long seed, int batches) {
        this.folder = folder;
        this.random = new Random(seed);
        this.batches = batches;
    }

    public static void main(String[] args) throws IOException {
        new LogWriter(Path.of(args[0]), Long.parseLong(args[1]), Integer.parseInt(args[2])).writeAll();
    }

    private void writeAll() throws IOException {
        for (byte magic = 0; magic <= 2; magic++) {
            for (CompressionType codec : CompressionType.values()) {
                if (magic < 2 && codec == CompressionType.ZSTD) continue;
                write("v" + magic + "-" + codec.name, log(magic, codec, TimestampType.CREATE_TIME, false));
                if (magic == 0) continue;
                write("v" + magic + "-" + codec.name + "-appendtime", log(magic, codec, TimestampType.LOG_APPEND_TIME, false));
                MemoryRecords full = log(magic, codec, TimestampType.CREATE_TIME, false);
                write("v" + magic + "-" + codec.name + "-compacted", compacted(full));
                if (magic < 2) continue;
                write("v2-" + codec.name + "-transactions", log(magic, codec, TimestampType.CREATE_TIME, true));
            }
        }
    }

    private MemoryRecords log(byte magic, CompressionType codec, TimestampType type, boolean transactions) {
        ByteBuffer log = ByteBuffer.allocate(batches * 1_000_000);
        long offset = random.nextInt(1000);
        int sequence = Integer.MAX_VALUE - 40;
        for (int i = 0; i < batches; i++) {
            long now = 1_700_000_000_000L + random.nextInt(1_000_000_000);
            long producer = transactions ? random.nextLong() & Long.MAX_VALUE : RecordBatch.NO_PRODUCER_ID;
            short epoch = transactions ? (short) random.nextInt(Short.MAX_VALUE) : NO_EPOCH;
            MemoryRecordsBuilder builder = MemoryRecords.builder(
                log, magic, Compression.of(codec).build(), type, offset, now, producer, epoch,
                transactions ? sequence : RecordBatch.NO_SEQUENCE, transactions, random.nextInt(9));
            int records = 1 + random.nextInt(i % 5 == 0 ? 100 : 10);
            for (int r = 0; r < records; r++) {
                builder.append(now + time(), bytes(40), bytes(r == 0 && i % 7 == 0 ? 200_000 : 100), headers(magic));
            }
            builder.build();
            offset += records + (transactions ? 0 : random.nextInt(3));
            sequence = (sequence + records) & Integer.MAX_VALUE;
            if (transactions) {
                ControlRecordType end = random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
                EndTransactionMarker marker = new EndTransactionMarker(end, random.nextInt(100));
                MemoryRecords.writeEndTransactionalMarker(log, offset++, now, 5, producer, epoch, marker);
            }
        }
        log.flip();
        return MemoryRecords.readableRecords(log);
    }

    /** Every third record stays; where none of a batch does, a batch of format v2 stays without records. */
    private MemoryRecords compacted(MemoryRecords records) {
        ByteBuffer log = ByteBuffer.allocate(records.sizeInBytes() * 2 + 1000);
        records.filterTo(new MemoryRecords.RecordFilter(1_800_000_000_000L, 0) {
            @Override
            public BatchRetentionResult checkBatchRetention(RecordBatch batch) {
                BatchRetention empty = batch.magic() < 2 ? BatchRetention.DELETE_EMPTY : BatchRetention.RETAIN_EMPTY;
                return new BatchRetentionResult(empty, false);
            }

            @Override
            public boolean shouldRetainRecord(RecordBatch batch, Record record) {
                return record.offset() % 3 == 0;
            }
        }, log, BufferSupplier.NO_CACHING);
        log.flip();
        return MemoryRecords.readableRecords(log);
    }

    private long time() {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> random.nextInt(100);
            case 2 -> -random.nextInt(20_000);
            case 3 -> random.nextInt();
            default -> random.nextLong() >>> 20;
        };
    }

    private byte[] bytes(int most) {
        if (random.nextInt(6) == 0) return null;
        byte[] bytes = new byte[most > 1000 ? most : random.nextInt(most)];
        random.nextBytes(bytes);
        // Something to compress, too
        for (int i = 0; i < bytes.length; i++) if (i % 100 > 20) bytes[i] = 7;
        return bytes;
    }

    private Header[] headers(byte magic) {
        List<Header> headers = new ArrayList<>();
        while (magic == 2 && random.nextInt(4) == 0) headers.add(new RecordHeader("head\u00e9r " + headers.size(), bytes(30)));
        return headers.toArray(new Header[0]);
    }

    private void write(String name, MemoryRecords records) throws IOException {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        Files.write(folder.resolve(name + ".log"), bytes);
        try (PrintWriter out = new PrintWriter(folder.resolve(name + ".ndjson").toFile(), StandardCharsets.UTF_8)) {
            for (RecordBatch batch : records.batches()) {
                for (Record record : batch) out.println(line(batch, record));
            }
        }
    }

    /** A message of an old format is a batch of its own here, whatever it was wrapped in. */
    private static String line(RecordBatch batch, Record record) {
        boolean old = batch.magic() < 2;
        StringBuilder headers = new StringBuilder();
        for (Header header : record.headers()) {
            headers.append(headers.isEmpty() ? "" : ",");
            headers.append("{\"key\":\"" + header.key() + "\",\"valueBase64\":" + base64(header.value()) + "}");
        }
        String control = "";
        if (batch.isControlBatch()) {
            EndTransactionMarker marker = EndTransactionMarker.deserialize(record);
            control = ",\"controlType\":\"" + marker.controlType() + "\",\"coordinatorEpoch\":" + marker.coordinatorEpoch();
        }
        return "{\"partition\":0,\"offset\":" + record.offset() + ",\"timestamp\":" + record.timestamp()
            + ",\"timestampType\":\"" + batch.timestampType() + "\",\"batchBaseOffset\":" + (old ? record.offset() : batch.baseOffset())
            + ",\"batchLastOffset\":" + (old ? record.offset() : batch.lastOffset()) + ",\"magic\":" + batch.magic()
            + ",\"leaderEpoch\":" + batch.partitionLeaderEpoch() + ",\"compression\":\"" + batch.compressionType().name
            + "\",\"isControl\":" + batch.isControlBatch() + control + ",\"isTransactional\":" + batch.isTransactional()
            + ",\"producerId\":" + batch.producerId() + ",\"producerEpoch\":" + batch.producerEpoch()
            + ",\"sequence\":" + record.sequence() + ",\"keyBase64\":" + base64(array(record.key()))
            + ",\"valueBase64\":" + base64(array(record.value())) + ",\"headers\":[" + headers + "]}";
    }

    private static byte[] array(ByteBuffer buffer) {
        if (buffer == null) return null;
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return bytes == null ? "null" : "\"" + Base64.getEncoder().encodeToString(bytes) + "\"";
    }
}
