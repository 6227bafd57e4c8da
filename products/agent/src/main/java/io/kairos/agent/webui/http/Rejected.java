package io.kairos.agent.webui.http;

/** A request that is not looked at any further. */
final class Rejected extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient HttpResponse answer;

  Rejected(int status, String why) {
    super(why);
    this.answer = HttpResponse.text(status, why);
  }

  HttpResponse answer() {
    return answer;
  }
}
