package org.queqiao.accounting.ledger;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.account.DomainShare;

/**
 * What a posting is for, beside its account. What is not known or does not apply is empty.
 *
 * @param platform to which the project belonged in its month
 * @param endUser of the platform, for whom the job was submitted
 * @param cluster where the run was, if that was elsewhere
 * @param quote under which the job was submitted
 * @param item what its transaction says
 */
public record Dimensions(
    String user,
    String project,
    List<DomainShare> domains,
    String platform,
    String endUser,
    String cluster,
    String partition,
    String qos,
    String quote,
    Item item) {
  public Dimensions {
    domains = List.copyOf(domains);
  }

  /**
   * What the name of a transaction says of the time that it is for.
   *
   * @param day the billing day, or empty where it is for no time
   * @param resource as {@code cores} or {@code gpu:a100}
   * @param nodeType the kind of the nodes
   */
  public record Item(String day, String resource, String nodeType) {
    private static final Item NONE = new Item("", "", "");

    private static final Pattern OF_RUN =
        Pattern.compile(
            "[a-z]+/[0-9]+\\.[0-9]+/([0-9]{4}-[0-9]{2}-[0-9]{2})/[0-9]+(?:/at[0-9]+)?"
                + "(?:/(?!tier[0-9]+$)([^/@]+)(?:@(.*?))?)?(?:/tier[0-9]+)?");

    private static final Pattern OF_RESERVATION =
        Pattern.compile("[a-z]+/reserved/[^/]+/([0-9]{4}-[0-9]{2}-[0-9]{2})/[0-9]+()(?:@(.*))?");

    /** What a transaction is for. */
    public static Item of(String transaction) {
      Matcher run = OF_RUN.matcher(transaction);
      if (run.matches()) {
        return of(run, "cores");
      }
      Matcher reserved = OF_RESERVATION.matcher(transaction);
      return reserved.matches() ? of(reserved, "reserved") : NONE;
    }

    private static Item of(Matcher found, String plain) {
      String resource = found.group(2);
      String type = found.group(3);
      return new Item(
          found.group(1),
          resource == null || resource.isEmpty() ? plain : resource,
          type == null ? "" : type);
    }
  }

  /** A posting with what it is for. */
  public record Of(Posting posting, Dimensions dimensions) {}
}
