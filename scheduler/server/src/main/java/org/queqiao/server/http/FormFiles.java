package org.queqiao.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.queqiao.accounting.export.Form;
import org.queqiao.accounting.export.FormTooLong;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.Language;
import org.queqiao.server.view.ClusterView;

/** Asks the books, and answers what they say or a file of it. */
final class FormFiles {
  private final ClusterView view;
  private final LedgerHistory history;
  private final Blocking blocking;

  FormFiles(ClusterView view, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.history = history;
    this.blocking = blocking;
  }

  /** Asks the books once they have taken in what the asker may have seen. */
  <T> void ask(Call call, Callable<T> question, Consumer<T> answer) {
    long seen = view.position();
    blocking.ask(
        call,
        () -> {
          history.awaitBooks(seen);
          return question.call();
        },
        answer);
  }

  /** Asks the books, and refuses while they have not taken in what the asker may have seen. */
  <T> void askUpToDate(Call call, Callable<T> question, Consumer<T> answer) {
    long seen = view.position();
    blocking.ask(
        call,
        () -> {
          history.needBooks(seen);
          return question.call();
        },
        answer);
  }

  /** Writes the content of a file. */
  interface Writing {
    void to(OutputStream out) throws IOException;
  }

  /** Answers a file that is written while the client takes it. */
  void stream(Call call, String type, String name, Callable<Writing> question) {
    Download download = new Download(call, type, name);
    ask(
        call,
        () -> {
          Writing writing = question.call();
          try {
            writing.to(download);
            download.finish();
          } catch (FormTooLong tooLong) {
            throw Refused.invalid("format", tooLong.getMessage());
          } catch (IOException gone) {
            download.abort();
          }
          return writing;
        },
        _ -> {});
  }

  /** Answers a form as a file in the language that is asked for. */
  void file(Call call, FormWriter writer, String name, Function<Language, Form> form) {
    Language language = Language.valueOf(call.text("lang").toUpperCase(Locale.ROOT));
    stream(
        call,
        writer.mediaType(),
        name,
        () -> {
          Form made = form.apply(language);
          return out -> writer.write(made, out);
        });
  }
}
