/**
 * REST: requests are checked against the OpenAPI document, turned into inputs of the machine or
 * questions to the view and to accounting, and answered.
 *
 * <p>Event loops never block here: what does goes to {@link org.queqiao.server.http.Blocking}.
 * Knows the view, identity, streams, accounting's reads and Vert.x.
 */
package org.queqiao.server.http;
