import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/** Pem STORE PASSWORD FOLDER: every key of a PKCS12 store and its certificate, as FOLDER/<alias>.key and .crt. */
public final class Pem {
    public static void main(String[] args) throws Exception {
        char[] password = args[1].toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(args[0])) {
            store.load(in, password);
        }
        for (String alias : java.util.Collections.list(store.aliases())) {
            write(Path.of(args[2], alias + ".key"), "PRIVATE KEY", store.getKey(alias, password).getEncoded());
            write(Path.of(args[2], alias + ".crt"), "CERTIFICATE", store.getCertificate(alias).getEncoded());
        }
    }

    private static void write(Path path, String label, byte[] der) throws Exception {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(path, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    }
}
