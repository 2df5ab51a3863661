package org.queqiao.server.alert;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where a call may go. The name is resolved once, every address that it has is looked at, and the
 * connection is made to the address that was looked at: a name that means another address a moment
 * later changes nothing.
 */
final class OutboundAddress {
  private OutboundAddress() {}

  /**
   * The address to connect to.
   *
   * @throws IOException when there is none, or when one of them is not allowed
   */
  static InetAddress of(String host, boolean privateAllowed) throws IOException {
    InetAddress[] all;
    try {
      all = InetAddress.getAllByName(plain(host));
    } catch (UnknownHostException e) {
      throw new IOException("the name " + host + " has no address", e);
    }
    for (InetAddress each : all) {
      if (!privateAllowed && !isPublic(each)) {
        throw new IOException(
            host
                + " leads to "
                + each.getHostAddress()
                + ", which is no public address: alerts.privateAddresses would allow it");
      }
    }
    return all[0];
  }

  private static String plain(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Whether an address belongs to the public internet. */
  static boolean isPublic(InetAddress address) {
    if (address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    return switch (address) {
      case Inet4Address four -> isPublic(four.getAddress());
      case Inet6Address six -> isPublicSix(six.getAddress());
      default -> false;
    };
  }

  /** Without shared, benchmark, protocol and reserved ranges (RFC 6890). */
  private static boolean isPublic(byte[] four) {
    int first = four[0] & 0xff;
    int second = four[1] & 0xff;
    int third = four[2] & 0xff;
    boolean shared = first == 100 && second >= 64 && second < 128;
    boolean protocol = first == 192 && second == 0 && third == 0;
    boolean benchmark = first == 198 && (second == 18 || second == 19);
    return first != 0 && first < 224 && !shared && !protocol && !benchmark;
  }

  /** Global unicast alone, and none in which an address of another kind is wrapped. */
  private static boolean isPublicSix(byte[] six) {
    int first = (six[0] & 0xff) << 8 | six[1] & 0xff;
    int second = (six[2] & 0xff) << 8 | six[3] & 0xff;
    boolean global = first >= 0x2000 && first <= 0x3fff;
    boolean sixToFour = first == 0x2002;
    boolean teredo = first == 0x2001 && second == 0;
    return global && !sixToFour && !teredo;
  }
}
