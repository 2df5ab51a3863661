/**
 * Reads a log without its server: describes, verifies, dumps and replays it, and changes nothing.
 * Knows no payload; its callers bring the decoder.
 */
package org.queqiao.eventlog.tool;
