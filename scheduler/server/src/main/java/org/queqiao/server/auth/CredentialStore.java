package org.queqiao.server.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.queqiao.contract.id.UserName;
import org.queqiao.server.host.PrivateFolder;
import org.queqiao.server.host.WholeFile;

/**
 * The credentials of all accounts, in memory and in one small file per account, so that erasing an
 * account's credentials is deleting one file.
 *
 * <p>Reading takes no lock and no disk. Changing writes and syncs before it is seen, blocks, and
 * therefore runs on a thread of its own, never on an event loop. A write that fails before it
 * replaced anything changes nothing and is reported; one that fails afterwards is a fault and ends
 * the process, because nobody knows what a restart would find.
 */
public final class CredentialStore {
  private static final String SUFFIX = ".json";
  private static final String ACCOUNTS = "accounts";

  private final PrivateFolder folder;
  private final InstantSource clock;
  private final Consumer<Throwable> faults;
  private final Object writing = new Object();
  private final ConcurrentHashMap<String, AccountCredentials> accounts = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Held> byId = new ConcurrentHashMap<>();

  /**
   * A secret and its account.
   *
   * @param user whose it is
   * @param secret what is kept of it
   */
  public record Held(UserName user, StoredSecret secret) {}

  /**
   * A new secret.
   *
   * @param stored what is kept
   * @param text what its owner gets, this once
   */
  public record Issued(StoredSecret stored, Secret text) {}

  private CredentialStore(PrivateFolder folder, InstantSource clock, Consumer<Throwable> faults) {
    this.folder = folder;
    this.clock = clock;
    this.faults = faults;
  }

  /**
   * Reads what is there.
   *
   * @param folder of the server's data, made when missing
   * @param faults ends the process
   * @throws IOException when the folder cannot be read, others can reach it, or a file is damaged
   */
  public static CredentialStore open(Path folder, InstantSource clock, Consumer<Throwable> faults)
      throws IOException {
    PrivateFolder outer = PrivateFolder.open(folder);
    PrivateFolder inner = PrivateFolder.open(outer.path(ACCOUNTS));
    CredentialStore store = new CredentialStore(inner, clock, faults);
    for (String name : inner.names()) {
      store.load(name);
    }
    return store;
  }

  private void load(String name) throws IOException {
    byte[] content = folder.read(name).orElseThrow();
    AccountCredentials found;
    try {
      found = StrictJson.read(content, AccountCredentials.class);
    } catch (JsonProcessingException e) {
      throw damaged(name);
    }
    if (!name.equals(found.user() + SUFFIX) || !UserName.FORM.matcher(found.user()).matches()) {
      throw damaged(name);
    }
    show(AccountCredentials.none(found.user()), found);
  }

  /** Says where, and nothing of what the file holds. */
  private IOException damaged(String name) {
    return new IOException(
        folder.path(name)
            + " is damaged: restore it from a backup, or remove it and set the password anew");
  }

  /** The secret of one of these kinds that this text is, if it is alive. */
  Optional<Held> find(Secret text, SecretKind... kinds) {
    Optional<TokenText.Parts> parts = TokenText.parse(text);
    Held held = parts.map(found -> byId.get(found.id())).orElse(null);
    StoredSecret compared = held == null ? NOBODY : held.secret();
    boolean right = compared.matches(text);
    boolean usable =
        held != null
            && Set.of(kinds).contains(compared.kind())
            && compared.kind().prefix().equals(parts.get().prefix())
            && compared.isLive(clock.millis());
    return right && usable ? Optional.of(held) : Optional.empty();
  }

  /** Compared with when there is no such id, so that both answers take the same time. */
  private static final StoredSecret NOBODY =
      new StoredSecret("", SecretKind.API_KEY, "", "0".repeat(64), 0, 0);

  /** When this secret of an account ends by itself; empty when there is none. */
  OptionalLong endMs(String id, UserName user) {
    Held held = byId.get(id);
    return held != null && held.user().equals(user)
        ? OptionalLong.of(held.secret().expiresMs())
        : OptionalLong.empty();
  }

  /** Whether this session of this account goes on. */
  Optional<StoredSecret> session(String id, UserName user) {
    Held held = byId.get(id);
    return held != null
            && held.user().equals(user)
            && held.secret().kind() == SecretKind.SESSION
            && held.secret().isLive(clock.millis())
        ? Optional.of(held.secret())
        : Optional.empty();
  }

  Optional<String> passwordHash(UserName user) {
    AccountCredentials found = accounts.get(user.value());
    return found == null || found.passwordHash().isEmpty()
        ? Optional.empty()
        : Optional.of(found.passwordHash());
  }

  /** The living secrets of an account, oldest first. */
  List<StoredSecret> list(UserName user, SecretKind... kinds) {
    List<StoredSecret> found = new ArrayList<>(of(user).secrets());
    Set<SecretKind> wanted = Set.of(kinds);
    found.removeIf(each -> !wanted.contains(each.kind()) || !each.isLive(clock.millis()));
    return found;
  }

  private AccountCredentials of(UserName user) {
    return accounts.getOrDefault(user.value(), AccountCredentials.none(user.value()));
  }

  /** Makes a secret. Refused when the account has its full number and none gives way. */
  Outcome<Issued> issue(UserName user, SecretKind kind, String name, long lifeMs)
      throws IOException {
    synchronized (writing) {
      long nowMs = clock.millis();
      AccountCredentials rest = of(user).without(each -> !each.isLive(nowMs));
      List<StoredSecret> same = new ArrayList<>(rest.secrets());
      same.removeIf(each -> each.kind() != kind);
      if (same.size() >= kind.mostPerAccount()) {
        if (!kind.oldestGivesWay()) {
          return Outcome.denied(
              Refusal.of(
                  Refusal.Code.CONFLICT,
                  "the account has "
                      + same.size()
                      + " keys already: delete one, or wait until one expires"));
        }
        StoredSecret oldest = same.getFirst();
        rest = rest.without(each -> each.id().equals(oldest.id()));
      }
      String id = TokenText.newId();
      while (byId.containsKey(id)) {
        id = TokenText.newId();
      }
      Secret text = TokenText.newText(kind, id);
      StoredSecret stored =
          new StoredSecret(
              id, kind, name, TokenText.sha256(text), nowMs, Math.addExact(nowMs, lifeMs));
      replace(rest.with(stored));
      return Outcome.accepted(new Issued(stored, text));
    }
  }

  /** Uses a login code up: of all who come with it, one gets the account. */
  Optional<UserName> consume(Secret code) throws IOException {
    synchronized (writing) {
      Optional<Held> held = find(code, SecretKind.LOGIN_CODE);
      if (held.isPresent()) {
        String id = held.get().secret().id();
        replace(of(held.get().user()).without(each -> each.id().equals(id)));
      }
      return held.map(Held::user);
    }
  }

  /** Ends a secret of an account; false when it has none of these kinds with this id. */
  boolean revoke(UserName user, String id, SecretKind... kinds) throws IOException {
    Set<SecretKind> wanted = EnumSet.copyOf(List.of(kinds));
    return removed(user, each -> each.id().equals(id) && wanted.contains(each.kind()));
  }

  private boolean removed(UserName user, Predicate<StoredSecret> gone) throws IOException {
    synchronized (writing) {
      AccountCredentials before = of(user);
      AccountCredentials after = before.without(gone);
      if (after.secrets().size() == before.secrets().size()) {
        return false;
      }
      replace(after);
      return true;
    }
  }

  /** Sets the password and ends all sessions and login codes but one. */
  void setPassword(UserName user, String hash, String keptSession) throws IOException {
    synchronized (writing) {
      replace(
          of(user)
              .withPassword(hash)
              .without(each ->
                  (each.kind() == SecretKind.SESSION || each.kind() == SecretKind.LOGIN_CODE)
                      && !each.id().equals(keptSession)));
    }
  }

  /** Removes everything that opens the account. */
  void erase(UserName user) throws IOException {
    synchronized (writing) {
      replace(AccountCredentials.none(user.value()));
    }
  }

  private void replace(AccountCredentials after) throws IOException {
    AccountCredentials before =
        accounts.getOrDefault(after.user(), AccountCredentials.none(after.user()));
    String name = after.user() + SUFFIX;
    WholeFile prepared = after.isEmpty() ? null : folder.prepare(name, StrictJson.write(after));
    try {
      if (prepared == null) {
        folder.delete(name);
      } else {
        prepared.commit();
      }
    } catch (IOException e) {
      faults.accept(e);
      throw e;
    }
    show(before, after);
  }

  /** Ends first, then begins; a secret that stays is never out of sight. */
  private void show(AccountCredentials before, AccountCredentials after) {
    Set<String> stay = new TreeSet<>();
    after.secrets().forEach(each -> stay.add(each.id()));
    before.secrets().stream()
        .map(StoredSecret::id)
        .filter(id -> !stay.contains(id))
        .forEach(byId::remove);
    if (after.isEmpty()) {
      accounts.remove(after.user());
    } else {
      accounts.put(after.user(), after);
    }
    UserName user = new UserName(after.user());
    after.secrets().forEach(each -> byId.put(each.id(), new Held(user, each)));
  }
}
