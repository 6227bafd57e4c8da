/**
 * A small HTTP/1.1 server with WebSockets, for one page and a handful of visitors. The JDK's server
 * cannot change the protocol of a connection, which a WebSocket begins with.
 */
package io.kairos.agent.webui.http;
