import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.formats.avro.typeutils.AvroSchemaConverter;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * {@code FlinkReader SCHEMAS SQL}: what Flink's converter makes of each schema, {@code file<TAB>type} a line, then
 * the rows of the last statement of the SQL file, {@code row<TAB>…} a line.
 */
public final class FlinkReader {
  public static void main(String[] args) throws Exception {
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".avsc")).sorted().toList()) {
        System.out.println(file.getFileName() + "\t" + AvroSchemaConverter.convertToDataType(Files.readString(file)));
      }
    }
    var configuration = new Configuration();
    configuration.setString("parallelism.default", "1");
    var settings = EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(configuration).build();
    TableEnvironment tables = TableEnvironment.create(settings);
    String[] statements = args[1].split(";\\s*\n");
    for (int at = 0; at < statements.length - 1; at++) tables.executeSql(statements[at]);
    try (CloseableIterator<Row> rows = tables.executeSql(statements[statements.length - 1]).collect()) {
      while (rows.hasNext()) System.out.println("row\t" + rows.next());
    }
    System.out.println("end\t");
  }
}
