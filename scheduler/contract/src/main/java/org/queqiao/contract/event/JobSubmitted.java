package org.queqiao.contract.event;

import java.util.Arrays;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;

/**
 * A job was accepted.
 *
 * @param job its number
 * @param user who owns it
 * @param unixUser whom it runs as, from the account
 * @param uid number of {@code unixUser}
 * @param spec what it asks for
 * @param idempotencyKey the key of the request, or empty
 * @param requestHash SHA-256 of the request body, for repeated keys
 */
public record JobSubmitted(
    JobId job,
    UserName user,
    String unixUser,
    int uid,
    JobSpec spec,
    String idempotencyKey,
    byte[] requestHash)
    implements Event {

  @Override
  public boolean equals(Object other) {
    return other instanceof JobSubmitted that
        && job.equals(that.job)
        && user.equals(that.user)
        && unixUser.equals(that.unixUser)
        && uid == that.uid
        && spec.equals(that.spec)
        && idempotencyKey.equals(that.idempotencyKey)
        && Arrays.equals(requestHash, that.requestHash);
  }

  @Override
  public int hashCode() {
    return job.hashCode();
  }
}
