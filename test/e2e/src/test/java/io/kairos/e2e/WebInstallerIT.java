package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.agent.webui.WebUiCommand;
import io.kairos.formats.json.Json;
import io.kairos.testkit.browser.Chromium;
import io.kairos.testkit.host.ScratchHost;
import io.kairos.testkit.host.ScriptedProgram;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody installs a machine from a browser. The pages, the server and the browser are real; the
 * machine is a folder, and the installation is told what to say. Screenshots are kept in {@code
 * target/web-installer}.
 */
@Tag("core")
@Tag("browser")
@Timeout(600)
class WebInstallerIT {
  private static final String AGENT = "/usr/bin/kairos-agent";

  @TempDir Path root;
  @TempDir Path browserFolder;
  private final ScriptedProgram agent = new ScriptedProgram();
  private final Path pictures = Path.of("target/web-installer").toAbsolutePath();
  private Thread webUi;
  private Chromium browser;
  private URI address;
  private String token;

  @BeforeEach
  void aMachineAndABrowser() throws Exception {
    Optional<Path> program = Chromium.program();
    assumeTrue(program.isPresent(), "no chromium: the pages of the web installer are not tried");
    Files.createDirectories(pictures);
    var host =
        new ScratchHost(root)
            .with("/proc/cmdline", "cdroot\n")
            .with("/proc/sys/kernel/hostname", "installer\n")
            .with("/etc/kairos/agent.yaml", "webui: {listen_address: '127.0.0.1:0'}\n")
            .withProgram(AGENT)
            .answering(AGENT, agent);
    disk(host, "nvme0n1", 512, "Samsung SSD 980 PRO", false);
    partition(host, "nvme0n1", 1, 1, "EFI system partition");
    partition(host, "nvme0n1", 2, 511, "Basic data partition");
    disk(host, "sda", 64, "SanDisk <Ultra>", true);
    disk(host, "vda", 40, "", false);
    var console = new PipedInputStream(1 << 16);
    var out = new PrintStream(new PipedOutputStream(console), true, StandardCharsets.UTF_8);
    webUi =
        Thread.startVirtualThread(() -> new WebUiCommand(host, Map.of(), out, System.err).run());
    address = URI.create(line(console, "http://").strip());
    token = address.getQuery().replaceFirst("token=", "");
    browser = Chromium.start(program.get(), browserFolder);
    browser.resize(1100, 900, false);
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (browser != null) {
      browser.close();
    }
    if (webUi != null) {
      webUi.interrupt();
      webUi.join();
    }
  }

  private static void disk(
      ScratchHost host, String name, long gib, String model, boolean removable) {
    host.with("/sys/block/" + name + "/size", (gib << 21) + "\n")
        .with("/sys/block/" + name + "/dev", "8:" + Math.floorMod(name.hashCode(), 1000) + "\n")
        .with("/sys/block/" + name + "/removable", removable ? "1\n" : "0\n")
        .with("/sys/block/" + name + "/device/model", model + "\n");
  }

  private static void partition(ScratchHost host, String disk, int number, long gib, String label) {
    String entry = "/sys/block/" + disk + "/" + disk + "p" + number;
    host.with(entry + "/partition", number + "\n")
        .with(entry + "/size", (gib << 21) + "\n")
        .with(entry + "/uevent", "PARTNAME=" + label + "\n");
  }

  /** The first line of the console that begins so. */
  private static String line(PipedInputStream console, String start) {
    var lines = new Scanner(console, StandardCharsets.UTF_8);
    String line = lines.nextLine();
    while (!line.strip().startsWith(start)) {
      line = lines.nextLine();
    }
    return line;
  }

  private void fits(String what) throws InterruptedException {
    assertThat(
            browser.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        .as(what + " is no wider than its window")
        .isEqualTo(0L);
  }

  /** On a desk and on a phone, by day and by night. */
  private void look(String page) throws InterruptedException {
    browser.prefer("light");
    browser.screenshot(pictures.resolve(page + ".png"));
    fits(page);
    browser.prefer("dark");
    browser.resize(390, 844, true);
    browser.screenshot(pictures.resolve(page + "-phone-dark.png"));
    fits(page + " on a phone");
    browser.prefer("light");
    browser.resize(1100, 900, false);
  }

  private String text(String selector) throws InterruptedException {
    return String.valueOf(
        browser.evaluate("document.querySelector(" + Json.write(selector) + ").textContent"));
  }

  private void writes(String cloudConfig) throws InterruptedException {
    browser.type("#cloud-config", cloudConfig);
  }

  private void says(String step) {
    agent.says("{\"event\":\"step\",\"step\":\"" + step + "\"}");
  }

  private void nothingIsLoadedFromElsewhere() {
    assertThat(browser.requests())
        .isNotEmpty()
        .allMatch(
            url ->
                url.startsWith("http://127.0.0.1:" + address.getPort() + "/")
                    || url.startsWith("about:")
                    || url.startsWith("blob:http://127.0.0.1:"));
  }

  @Test
  void somebodyInstallsFromABrowser() throws Exception {
    // the address as it is printed: the token leaves the address bar
    browser.open(address);
    browser.await("document.querySelectorAll('#disks .card').length === 4");
    assertThat(browser.evaluate("location.search")).isEqualTo("");
    assertThat(browser.evaluate("document.getElementById('unlock').checkVisibility()"))
        .isEqualTo(false);
    assertThat(text("#disks"))
        .contains("/dev/nvme0n1", "512.0 GiB", "Basic data partition", "SanDisk <Ultra>")
        .contains("Cannot be used: /dev/sda is removable");
    assertThat(text("#victim")).isEqualTo("/dev/nvme0n1 (the largest free disk)");
    browser.click("#disks input[value='/dev/vda']");
    assertThat(text("#victim")).isEqualTo("/dev/vda");

    // what is wrong is said while one types
    writes("hostname: x\n");
    browser.await("document.getElementById('verdict').textContent.includes('#cloud-config')");
    writes("#cloud-config\ninstall:\n  rebot: true\n  auto: maybe\n");
    browser.await("document.querySelectorAll('#problems li.error').length === 2");
    assertThat(text("#problems"))
        .contains("cloud-config:3:3", "did you mean 'reboot'?", "cloud-config:4:9");
    browser.click("#problems li:nth-child(2) button");
    assertThat(
            browser.evaluate(
                "(() => { const it = document.getElementById('cloud-config');"
                    + " return it.value.slice(it.selectionStart).split('\\n')[0]; })()"))
        .isEqualTo("maybe");
    look("problems");

    // or a cloud-config is written for people who have none
    browser.click("#helper summary");
    browser.type("#user", "ada");
    browser.type("#password", "say \"hello\": {now}");
    browser.type("#hostname", "node-1");
    browser.click("#write");
    browser.await("document.getElementById('verdict').className === 'verdict good'");
    look("settings");

    // nothing happens before somebody has agreed
    browser.click("#reboot");
    browser.click("#power-off");
    assertThat(browser.evaluate("document.getElementById('reboot').checked")).isEqualTo(false);
    browser.click("#reboot");
    browser.click("#start");
    assertThat(browser.evaluate("location.pathname")).isEqualTo("/");
    browser.click("#agree");
    browser.click("#start");
    List<String> call = agent.call();
    assertThat(call)
        .startsWith(AGENT, "manual-install", "--reboot", "--device", "/dev/vda")
        .hasSize(6);
    assertThat(call.getLast().replace("\r\n", "\n"))
        .isEqualTo(
            """
            #cloud-config
            hostname: "node-1"
            users:
              - name: "ada"
                groups:
                  - admin
                passwd: "say \\"hello\\": {now}"
            """);

    // progress as it happens
    browser.await("location.pathname === '/progress.html'");
    says("partition");
    agent.says("[1/9] partition /dev/vda <script>document.title = 'broken'</script>");
    says("active");
    agent.says("\u001b[32mcopying\u001b[0m the system");
    agent.says("        50%");
    browser.await("document.querySelector('#steps .now')?.dataset.step === 'active'");
    browser.await("document.getElementById('bar').value > 25");
    assertThat(text("#log")).contains("<script>document.title = 'broken'</script>");
    assertThat(browser.evaluate("document.querySelectorAll('#log script').length")).isEqualTo(0L);
    assertThat(browser.evaluate("getComputedStyle(document.querySelector('#log span')).color"))
        .isEqualTo("rgb(80, 250, 123)");
    for (int i = 0; i < 60; i++) {
      agent.says("line " + i);
    }
    browser.await("document.getElementById('log').textContent.includes('line 59')");
    assertThat(
            browser.evaluate(
                "(() => { const log = document.getElementById('log');"
                    + " return log.scrollHeight - log.clientHeight - log.scrollTop < 2; })()"))
        .isEqualTo(true);
    look("progress");
    for (String step : List.of("bootloader", "recovery", "passive", "after-install", "done")) {
      says(step);
    }
    agent.says("the last line");
    agent.ends(0);
    browser.await("document.title === 'Kairos is installed'");
    assertThat(browser.evaluate("document.getElementById('bar').value")).isEqualTo(100L);
    assertThat(text("#log")).contains("the last line", "[COMPLETE] Installation finished");
    look("done");

    Path downloads = Files.createDirectory(browserFolder.resolve("downloads"));
    browser.downloadTo(downloads);
    browser.click("#download");
    assertThat(downloaded(downloads.resolve("installation.log")))
        .startsWith("[STEP 1/8] partition")
        .contains("\nthe last line\n[COMPLETE] Installation finished\n");
    nothingIsLoadedFromElsewhere();
    assertThat(browser.complaints()).isEmpty();
  }

  private static String downloaded(Path file) throws Exception {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                while (!Files.exists(file) || Files.size(file) == 0) {
                  Thread.onSpinWait();
                }
                return Files.readString(file);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            })
        .get(60, TimeUnit.SECONDS);
  }

  @Test
  void withoutTheTokenThePageAsksForIt() throws Exception {
    browser.open(address.resolve("/"));
    browser.await("document.getElementById('unlock').checkVisibility()");
    assertThat(browser.evaluate("document.querySelectorAll('#disks .card').length")).isEqualTo(0L);
    assertThat(browser.evaluate("document.getElementById('start').checkVisibility()"))
        .isEqualTo(false);
    browser.type("#token", "wrong");
    browser.click("#open");
    browser.await("document.getElementById('token-problem').textContent.includes('not the token')");
    look("token");
    browser.type("#token", token.toUpperCase(java.util.Locale.ROOT).replace("-", " "));
    browser.click("#open");
    browser.await("document.querySelectorAll('#disks .card').length === 4");
    nothingIsLoadedFromElsewhere();
  }

  @Test
  void aFailureIsShownWithItsReasonAndMayBeTriedAgain() throws Exception {
    browser.open(address);
    browser.await("document.querySelectorAll('#disks .card').length === 4");
    writes("#cloud-config\ninstall: {nousers: true}\n");
    browser.click("#agree");
    browser.click("#start");
    agent.call();
    says("partition");
    agent.says("{\"event\":\"error\",\"message\":\"/dev/nvme0n1 is in use\\n  try: unmount it\"}");
    agent.ends(1);
    browser.await("document.title === 'The installation failed'");
    assertThat(text("#status")).isEqualTo("Installation failed (exit code 1)");
    assertThat(text("#outcome")).contains("/dev/nvme0n1 is in use", "try: unmount it");
    assertThat(text("#steps .failed")).isEqualTo("Partitioning the disk");
    look("failed");
    browser.click("#again a");
    browser.await("document.querySelectorAll('#disks .card').length === 4");
    assertThat(browser.evaluate("document.getElementById('cloud-config').value"))
        .isEqualTo("#cloud-config\ninstall: {nousers: true}\n");
    browser.click("#agree");
    browser.click("#start");
    agent.call();
    agent.ends(0);
    browser.await("document.title === 'Kairos is installed'");
    assertThat(browser.complaints()).isEmpty();
  }
}
