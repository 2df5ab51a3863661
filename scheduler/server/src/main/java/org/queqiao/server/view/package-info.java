/**
 * What readers see: tables of jobs, nodes, accounts and policy that follow the committed facts.
 *
 * <p>One thread writes, any number read. No reader touches the thread of the machine. Knows the
 * contract, the feed of the runtime, and the machine's own table of permissions; no HTTP.
 */
package org.queqiao.server.view;
