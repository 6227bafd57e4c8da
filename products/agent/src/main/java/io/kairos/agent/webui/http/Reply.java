package io.kairos.agent.webui.http;

/** What a request is answered with. */
public sealed interface Reply permits HttpResponse, Upgrade {}
