/**
 * Who asks: credentials, tokens, sign-in, and the local administration of the data folder's owner.
 *
 * <p>Accounts and roles are facts of the log and come in through {@link
 * org.queqiao.server.auth.AccountDirectory}; credentials stay in a folder of their own. Knows the
 * contract, the inputs of the core, Vert.x and the JDK; nothing else of the server.
 */
package org.queqiao.server.auth;
