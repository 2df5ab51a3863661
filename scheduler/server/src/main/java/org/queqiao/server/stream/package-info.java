/**
 * Server-sent events: facts as they become durable, for whoever may see them, with a cursor that
 * can be taken up again. Knows the view, the feed, identity and Vert.x.
 */
package org.queqiao.server.stream;
