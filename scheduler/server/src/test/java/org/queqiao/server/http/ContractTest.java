package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our checks against those of a complete implementation of JSON Schema, on the same bodies. */
final class ContractTest {
  private static final Contract CONTRACT = Contract.load();
  private static final List<String> FIELDS =
      List.of(
          "\"tasks\":1",
          "\"tasks\":0",
          "\"tasks\":10000000",
          "\"tasks\":10000001",
          "\"tasks\":true",
          "\"tasks\":null",
          "\"tasks\":\"1\"",
          "\"nodes\":[]",
          "\"cpusPerTask\":65536",
          "\"cpusPerTask\":65537",
          "\"memBytes\":0",
          "\"memBytes\":-1",
          "\"memBytes\":1125899906842624",
          "\"memBytes\":1125899906842625",
          "\"limitMs\":1",
          "\"limitMs\":0",
          "\"limitMs\":9007199254740992",
          "\"name\":\"\"",
          "\"name\":\"鹊桥\"",
          "\"name\":\"" + "鹊".repeat(128) + "\"",
          "\"name\":\"" + "鹊".repeat(129) + "\"",
          "\"name\":1",
          "\"partition\":\"batch\"",
          "\"partition\":\"0batch\"",
          "\"partition\":\"\"",
          "\"project\":\"climate\"",
          "\"project\":\"Climate\"",
          "\"project\":\"" + "c".repeat(65) + "\"",
          "\"hold\":true",
          "\"hold\":1",
          "\"environment\":{}",
          "\"environment\":{\"A\":\"1\"}",
          "\"environment\":{\"A\":1}",
          "\"environment\":[]",
          "\"gres\":[]",
          "\"gres\":[{\"name\":\"gpu\",\"count\":1}]",
          "\"gres\":[{\"name\":\"gpu\"}]",
          "\"gres\":[{\"name\":\"gpu\",\"count\":0}]",
          "\"gres\":[{\"name\":\"gpu\",\"count\":1,\"more\":1}]",
          "\"gres\":[1]",
          "\"workDir\":\"/tmp\"",
          "\"workDir\":\"" + "a".repeat(4097) + "\"",
          "\"nope\":1",
          "\"script\":1");

  @Test
  void submissionsAreCheckedAsTheDocumentSays() {
    for (String field : FIELDS) {
      String text =
          field.startsWith("\"script\"")
              ? "{" + field + "}"
              : "{\"script\":\"#!/bin/sh\\n\"," + field + "}";
      Map<String, Object> body = StrictReader.object(text.getBytes(StandardCharsets.UTF_8));
      boolean ours = body("submitJob").check(body).isEmpty();
      assertThat(ours)
          .as(text.length() > 200 ? text.substring(0, 200) : text)
          .isEqualTo(theirs(text));
    }
    assertThat(body("submitJob").check(Map.of()).isEmpty()).isEqualTo(theirs("{}"));
  }

  /** What is wrong is said with its own name, also within another object. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'signal':{'name':'USR1','secondsBefore':9999999999} | signal.secondsBefore",
        "'signal':{'secondsBefore':60} | signal.name",
        "'signal':{'name':'USR1','seconds':60} | signal.seconds",
        "'signal':7 | signal",
        "'environment':{'A':1} | environment",
        "'gres':[{'name':'gpu','count':0}] | gres"
      })
  void whatIsWrongIsSaidWithTheNameOfItsField(String field, String named) {
    String text = "{'script':'#!/bin/sh'," + field + "}";
    Map<String, Object> body =
        StrictReader.object(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    assertThat(body("submitJob").check(body).orElseThrow().field()).isEqualTo(named);
  }

  private static Schema body(String operation) {
    return CONTRACT.operations().stream()
        .filter(each -> each.id().equals(operation))
        .findFirst()
        .orElseThrow()
        .bodies()
        .get("application/json");
  }

  private static boolean theirs(String text) {
    JsonObject schema = new JsonObject(CONTRACT.resolved("#/components/schemas/Submission"));
    Validator validator =
        Validator.create(
            JsonSchema.of(schema),
            new JsonSchemaOptions()
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Flag)
                .setBaseUri("https://queqiao.test"));
    return validator.validate(new JsonObject(text)).getValid();
  }

  @Test
  void everyOperationHasANameOfItsOwnAndKnowsHowItFails() {
    TreeSet<String> ids = new TreeSet<>();
    for (Operation each : CONTRACT.operations()) {
      assertThat(ids.add(each.id())).as(each.id()).isTrue();
    }
    assertThat(ids).hasSizeGreaterThan(40);
  }

  @Test
  void thePageShowsOperationsOfEveryMethodAndTag() throws Exception {
    String page;
    try (var in = ContractTest.class.getResourceAsStream("/docs/docs.js")) {
      page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    String methods =
        page.lines().filter(line -> line.contains("METHODS =")).findFirst().orElseThrow();
    TreeSet<String> tags = new TreeSet<>();
    for (Object tag : CONTRACT.document("http://here").getJsonArray("tags")) {
      tags.add(((JsonObject) tag).getString("name"));
    }
    for (Operation each : CONTRACT.operations()) {
      assertThat(methods).contains('"' + each.method().toLowerCase(java.util.Locale.ROOT) + '"');
      assertThat(tags).contains(each.tag());
    }
  }

  @Test
  void theDocumentNamesTheServerThatServesIt() {
    JsonObject document = CONTRACT.document("https://hpc.example.org");
    assertThat(document.getJsonArray("servers").getJsonObject(0).getString("url"))
        .isEqualTo("https://hpc.example.org");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":{\"b\":[1,-5,true,null,\"x\"]}}", "{}"})
  void whatIsUnambiguousIsRead(String text) {
    assertThat(new JsonObject(StrictReader.object(text.getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(new JsonObject(text));
  }
}
