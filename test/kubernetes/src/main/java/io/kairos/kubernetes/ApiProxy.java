package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A network between a client and an API server on which things go wrong: TLS on both sides, the
 * client's bearer token goes through, one request for each connection. Watches and upgrades ({@code
 * exec}) pass too. Safe for use by several threads.
 */
public final class ApiProxy implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ApiProxy.class.getName());
  private static final int BUFFER = 16 * 1024;

  /** A fault, for the requests that a test chose. */
  public static final class Injection {
    private final Fault fault;
    private final Predicate<ApiRequest> which;
    private final int first;
    private final int last;
    private final AtomicInteger matched = new AtomicInteger();
    private volatile boolean ended;

    private Injection(Fault fault, Predicate<ApiRequest> which, int first, int last) {
      this.fault = fault;
      this.which = which;
      this.first = first;
      this.last = last;
    }

    /** How many requests met it. */
    public int count() {
      return Math.clamp(matched.get() - first + 1L, 0, last - first + 1);
    }

    /** From now on none does. */
    public void end() {
      ended = true;
    }

    private boolean meets(ApiRequest request) {
      if (ended || !which.test(request)) {
        return false;
      }
      int number = matched.incrementAndGet();
      return number >= first && number <= last;
    }
  }

  private final Kubeconfig server;
  private final URI upstream;
  private final SSLSocketFactory towardsServer;
  private final SSLServerSocket listening;
  private final String certificate;
  private final List<Injection> injections = new CopyOnWriteArrayList<>();
  private final List<ApiRequest> requests = new CopyOnWriteArrayList<>();
  private final Map<SSLSocket, ApiRequest> open = new ConcurrentHashMap<>();

  private ApiProxy(Kubeconfig server, SSLServerSocket listening, String certificate) {
    this.server = server;
    this.upstream = URI.create(server.server());
    this.towardsServer = ApiClient.trusting(server.certificate()).getSocketFactory();
    this.listening = listening;
    this.certificate = certificate;
  }

  /**
   * Begins to listen on a free port of the loopback interface.
   *
   * @param directory of its certificate
   * @param server how the API server is reached
   */
  public static ApiProxy start(Host host, Path directory, Kubeconfig server) {
    try {
      Files.createDirectories(directory);
      SelfSigned own =
          SelfSigned.make(
              host, directory, "proxy", "/CN=kairos-api-proxy", List.of("IP:127.0.0.1"));
      var socket =
          (SSLServerSocket)
              identifiedBy(own)
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
      var proxy = new ApiProxy(server, socket, Files.readString(own.certificate()));
      Thread.ofVirtual().name("api-proxy").start(proxy::listen);
      return proxy;
    } catch (IOException e) {
      throw new HostFailure("cannot start a proxy of " + server.server(), e);
    }
  }

  private static SSLContext identifiedBy(SelfSigned own) throws IOException {
    char[] none = new char[0];
    try (InputStream in = Files.newInputStream(own.certificate())) {
      Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
      byte[] key =
          Base64.getMimeDecoder()
              .decode(Files.readString(own.key()).replaceAll("-----[A-Z ]+-----", ""));
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "proxy",
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
          none,
          new Certificate[] {certificate});
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, none);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new HostFailure("cannot use the certificate " + own.certificate(), e);
    }
  }

  /** For the same user as the server's, through this proxy. */
  public Kubeconfig kubeconfig() {
    return through(server);
  }

  /** For any user of the server, through this proxy. */
  public Kubeconfig through(Kubeconfig user) {
    return user.through("https://127.0.0.1:" + listening.getLocalPort(), certificate);
  }

  /** Every request of that kind meets the fault, until the injection ends. */
  public Injection inject(Fault fault, Predicate<ApiRequest> which) {
    return inject(fault, which, 1, Integer.MAX_VALUE);
  }

  /**
   * Some requests of that kind meet the fault. Of several injections the first that fits counts.
   *
   * @param first number of the first, from 1
   * @param last number of the last
   */
  public Injection inject(Fault fault, Predicate<ApiRequest> which, int first, int last) {
    if (first < 1 || last < first) {
      throw new IllegalArgumentException("requests are counted from 1: " + first + " to " + last);
    }
    var injection = new Injection(fault, which, first, last);
    injections.add(injection);
    return injection;
  }

  /** All that clients asked for so far, in the order of its arrival. */
  public List<ApiRequest> requests() {
    return List.copyOf(requests);
  }

  /**
   * Ends the connections of all watches, without a word.
   *
   * @return how many there were
   */
  public int dropWatches() {
    return drop(ApiRequest::isWatch);
  }

  /** Ends the connections of all requests of that kind that are not answered to their end. */
  public int drop(Predicate<ApiRequest> which) {
    List<SSLSocket> chosen =
        open.entrySet().stream()
            .filter(entry -> which.test(entry.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    chosen.forEach(ApiProxy::end);
    return chosen.size();
  }

  private void listen() {
    while (!listening.isClosed()) {
      try {
        var client = (SSLSocket) listening.accept();
        Thread.ofVirtual().name("api-proxy-connection").start(() -> serve(client));
      } catch (IOException e) {
        if (!listening.isClosed()) {
          LOG.log(System.Logger.Level.WARNING, "the proxy of {0} stops: {1}", upstream, e);
          end(listening);
        }
      }
    }
  }

  private void serve(SSLSocket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      Optional<ApiRequest> head = ApiRequest.read(in);
      if (head.isPresent()) {
        open.put(client, head.get());
        requests.add(head.get());
        answer(client, in, head.get());
      }
    } catch (IOException e) {
      // One of the two sides went away: what happens to it is for the client to tell.
      LOG.log(System.Logger.Level.DEBUG, "a connection ended", e);
    } finally {
      open.remove(client);
    }
  }

  private void answer(SSLSocket client, InputStream in, ApiRequest request) throws IOException {
    Optional<Fault> fault =
        injections.stream().filter(each -> each.meets(request)).findFirst().map(each -> each.fault);
    switch (fault.orElse(null)) {
      case null -> forward(client, in, request, false);
      case Fault.Answer answer -> {
        skipBody(in, request);
        client.getOutputStream().write(answer.render());
      }
      case Fault.Delay(var by) -> {
        if (!client.isClosed()) {
          pause(by);
        }
        forward(client, in, request, false);
      }
      case Fault.Drop _ -> {}
      case Fault.LoseAnswer _ -> forward(client, in, request, true);
    }
  }

  private static void pause(java.time.Duration by) throws IOException {
    try {
      Thread.sleep(by); // this is the fault, not a wait for something
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** A connection that is closed with something unread takes the answer with it. */
  private static void skipBody(InputStream in, ApiRequest request) throws IOException {
    if (request.header("Content-Length").isPresent()) {
      in.skipNBytes(Long.parseLong(request.header("Content-Length").get()));
    } else if (request.header("Transfer-Encoding").isPresent()) {
      int size;
      do { // chunked (RFC 9112, 7.1), which clients send without trailers
        size = Integer.parseInt(line(in).split(";")[0].strip(), 16);
        in.skipNBytes(size);
        line(in);
      } while (size > 0);
    }
  }

  private static String line(InputStream in) throws IOException {
    var text = new StringBuilder();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new IOException("a body ended within");
      }
      text.append((char) octet);
    }
    return text.toString();
  }

  private void forward(SSLSocket client, InputStream in, ApiRequest request, boolean losesAnswer)
      throws IOException {
    try (var to = (SSLSocket) towardsServer.createSocket(upstream.getHost(), upstream.getPort())) {
      to.getOutputStream().write(request.forwarded(upstream.getAuthority()));
      Thread.ofVirtual().start(() -> pump(in, to));
      InputStream answer = to.getInputStream();
      byte[] buffer = new byte[BUFFER];
      OutputStream out = client.getOutputStream();
      for (int size = answer.read(buffer); size >= 0; size = answer.read(buffer)) {
        if (losesAnswer) {
          return; // the first octet says that it was done
        }
        out.write(buffer, 0, size);
      }
    }
  }

  /** The body of a request, or one direction of an upgraded connection; ends the other one too. */
  private static void pump(InputStream in, SSLSocket to) {
    try (to) {
      in.transferTo(to.getOutputStream());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a connection ended", e);
    }
  }

  private static void end(java.io.Closeable connection) {
    try {
      connection.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a connection was gone already", e);
    }
  }

  @Override
  public void close() {
    end(listening);
    open.keySet().forEach(ApiProxy::end);
  }
}
