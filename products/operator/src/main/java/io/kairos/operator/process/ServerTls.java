package io.kairos.operator.process;

import io.kairos.base.HostFailure;
import io.kairos.operator.OperatorOptions.CertificateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The certificate of a server: from files, read again when they have changed, or one of its own
 * that it has just signed itself.
 */
final class ServerTls extends X509ExtendedKeyManager {
  private static final Logger LOG = System.getLogger(ServerTls.class.getName());
  private static final String ALIAS = "server";
  private static final List<String> KEY_KINDS = List.of("EC", "RSA", "EdDSA");

  private record Identity(PrivateKey key, List<X509Certificate> chain, FileTime read) {}

  private final Optional<CertificateFiles> files;
  private volatile Identity identity;

  ServerTls(Optional<CertificateFiles> files) {
    this.files = files;
    this.identity = files.map(ServerTls::read).orElseGet(ServerTls::selfSigned);
  }

  SSLContext context() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {this}, null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  private Identity current() {
    if (files.isPresent()) {
      try {
        if (!modified(files.get()).equals(identity.read())) {
          identity = read(files.get());
        }
      } catch (HostFailure | IOException e) { // half written: the next handshake looks again
        LOG.log(Level.WARNING, "the certificate before stays in use: {0}", e.getMessage());
      }
    }
    return identity;
  }

  private static Identity selfSigned() {
    var own = SelfSignedCertificate.of("kairos-operator");
    return new Identity(own.key(), List.of(own.certificate()), FileTime.fromMillis(0));
  }

  private static FileTime modified(CertificateFiles files) throws IOException {
    return Files.getLastModifiedTime(files.chain());
  }

  private static Identity read(CertificateFiles files) {
    try {
      FileTime time = modified(files);
      return new Identity(key(files.key()), chain(files.chain()), time);
    } catch (IOException | GeneralSecurityException e) {
      throw new HostFailure("cannot use " + files.chain() + " with " + files.key(), e);
    }
  }

  private static List<X509Certificate> chain(Path path) throws IOException, CertificateException {
    try (InputStream in = Files.newInputStream(path)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
          .map(X509Certificate.class::cast)
          .toList();
    }
  }

  private static PrivateKey key(Path path) throws IOException, GeneralSecurityException {
    String pem = Files.readString(path, StandardCharsets.US_ASCII);
    String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    var encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
    for (String kind : KEY_KINDS) {
      Optional<PrivateKey> key = decoded(kind, encoded);
      if (key.isPresent()) {
        return key.get();
      }
    }
    throw new GeneralSecurityException(path + " is no PKCS #8 key (BEGIN PRIVATE KEY)");
  }

  private static Optional<PrivateKey> decoded(String kind, PKCS8EncodedKeySpec encoded)
      throws GeneralSecurityException {
    try {
      return Optional.of(KeyFactory.getInstance(kind).generatePrivate(encoded));
    } catch (java.security.spec.InvalidKeySpecException e) {
      return Optional.empty(); // a key of another kind
    }
  }

  @Override
  public String chooseEngineServerAlias(String kind, Principal[] issuers, SSLEngine engine) {
    return serves(kind) ? ALIAS : null;
  }

  @Override
  public String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
    return serves(kind) ? ALIAS : null;
  }

  private boolean serves(String kind) {
    return current().key().getAlgorithm().equals(kind);
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return current().chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return current().key();
  }

  @Override
  public String[] getServerAliases(String kind, Principal[] issuers) {
    return serves(kind) ? new String[] {ALIAS} : new String[0];
  }

  @Override
  public String[] getClientAliases(String kind, Principal[] issuers) {
    return new String[0];
  }

  @Override
  public String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
    return null;
  }
}
