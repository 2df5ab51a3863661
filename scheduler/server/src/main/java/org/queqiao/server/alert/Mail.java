package org.queqiao.server.alert;

import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Instant;
import java.util.Date;
import java.util.Properties;
import org.queqiao.accounting.sql.AlertBook;
import org.queqiao.server.config.Alerts;

/** Sends each alert as a mail in plain text. */
final class Mail implements AlertChannel {
  private static final String TIMEOUT_MS = "10000";

  private final Session session;
  private final Alerts settings;

  /**
   * A sender.
   *
   * @param password of the user, or empty where none is named
   */
  Mail(Alerts settings, String password) {
    this.settings = settings;
    Properties properties = new Properties();
    properties.setProperty("mail.transport.protocol", "smtp");
    properties.setProperty("mail.smtp.host", settings.mailHost());
    properties.setProperty("mail.smtp.port", Integer.toString(settings.mailPort()));
    properties.setProperty("mail.smtp.connectiontimeout", TIMEOUT_MS);
    properties.setProperty("mail.smtp.timeout", TIMEOUT_MS);
    properties.setProperty("mail.smtp.writetimeout", TIMEOUT_MS);
    properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
    switch (settings.mailTls()) {
      case STARTTLS -> {
        properties.setProperty("mail.smtp.starttls.enable", "true");
        properties.setProperty("mail.smtp.starttls.required", "true");
      }
      case TLS -> properties.setProperty("mail.smtp.ssl.enable", "true");
      case NONE -> {
        // To this machine alone, which the configuration has checked.
      }
    }
    if (settings.mailUser().isEmpty()) {
      this.session = Session.getInstance(properties);
    } else {
      properties.setProperty("mail.smtp.auth", "true");
      this.session =
          Session.getInstance(
              properties,
              new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                  return new PasswordAuthentication(settings.mailUser(), password);
                }
              });
    }
  }

  @Override
  public String name() {
    return "mail";
  }

  @Override
  public void send(AlertBook.Alert alert) throws IOException {
    try {
      MimeMessage message = new MimeMessage(session);
      message.setFrom(new InternetAddress(settings.mailFrom(), true));
      for (String each : settings.mailTo()) {
        message.addRecipient(
            Message.RecipientType.TO,
            new InternetAddress(each.replace("{project}", alert.project()), true));
      }
      message.setSubject(alert.title(), "UTF-8");
      message.setSentDate(Date.from(Instant.ofEpochMilli(alert.madeMs())));
      message.setHeader("Auto-Submitted", "auto-generated");
      message.setHeader("X-Queqiao-Alert", Long.toString(alert.id()));
      message.setText(alert.body() + "\n", "UTF-8");
      Transport.send(message);
    } catch (MessagingException e) {
      throw new IOException(firstLine(e), e);
    }
  }

  private static String firstLine(MessagingException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("the mail server refused");
  }
}
