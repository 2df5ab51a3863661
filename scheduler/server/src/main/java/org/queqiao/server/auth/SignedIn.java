package org.queqiao.server.auth;

import java.util.Optional;
import org.queqiao.contract.id.UserName;

/**
 * The result of a sign-in or of its renewal.
 *
 * @param user who
 * @param accessToken for the header Authorization
 * @param expiresMs when the access token ends
 * @param session the cookie's value; only at the sign-in itself
 * @param sessionExpiresMs when the session ends
 */
public record SignedIn(
    UserName user,
    Secret accessToken,
    long expiresMs,
    Optional<Secret> session,
    long sessionExpiresMs) {}
