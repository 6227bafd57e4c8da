package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Whose certificates are believed: the authorities of this runtime, those of the system (where
 * {@code update-ca-certificates} puts private ones), and those that the configuration names.
 */
final class RegistryTrust {
  /** Where distributions keep the certificates that they trust, in one file. */
  static final List<Path> SYSTEM =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"), // Debian, Alpine, Arch
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"), // Fedora
          Path.of("/etc/ssl/ca-bundle.pem")); // openSUSE

  private RegistryTrust() {}

  /**
   * @param more files that have to be there
   */
  static SSLContext of(RegistryAccess.Certificates certificates, List<Path> more) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (X509Certificate authority : ownAuthorities()) {
        store.setCertificateEntry("own-" + number++, authority);
      }
      for (Path file : certificates.system()) {
        if (Files.isReadable(file)) {
          for (Certificate certificate : read(file)) {
            store.setCertificateEntry("system-" + number++, certificate);
          }
          break;
        }
      }
      for (Path file : Stream.concat(in(certificates.folders()), more.stream()).toList()) {
        for (Certificate certificate : read(file)) {
          store.setCertificateEntry("more-" + number++, certificate);
        }
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return context(factory.getTrustManagers());
    } catch (GeneralSecurityException | IOException e) {
      throw new HostFailure("cannot set up TLS", e);
    }
  }

  private static Stream<Path> in(List<Path> folders) throws IOException {
    var files = new ArrayList<Path>();
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.{crt,pem}")) {
          found.forEach(files::add);
        }
      }
    }
    return files.stream().sorted();
  }

  private static X509Certificate[] ownAuthorities() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509.getAcceptedIssuers();
      }
    }
    return new X509Certificate[0];
  }

  private static Collection<? extends Certificate> read(Path file) {
    try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    } catch (IOException e) {
      throw new HostFailure("cannot read the certificates in " + file, e);
    } catch (CertificateException e) {
      throw new Refused(
          file + " holds no certificates: " + e.getMessage(),
          "put certificates in PEM format there");
    }
  }

  /** Believes everybody, also about names: for {@code allow-insecure-registries}. */
  static SSLContext everybody() {
    try {
      return context(new TrustManager[] {new Everybody()});
    } catch (GeneralSecurityException e) {
      throw new HostFailure("cannot set up TLS", e);
    }
  }

  private static SSLContext context(TrustManager[] managers) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers, null);
    return context;
  }

  /** The extended kind, because the JDK checks names itself around the plain one. */
  private static final class Everybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
