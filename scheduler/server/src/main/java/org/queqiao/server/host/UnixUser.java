package org.queqiao.server.host;

/**
 * An entry of the name service.
 *
 * @param name login name
 * @param uid number
 * @param gid number of the group that the name service has for the account
 * @param home absolute path of the home folder
 * @param shell absolute path of the login shell
 */
public record UnixUser(String name, int uid, long gid, String home, String shell) {}
