"use strict";
// Shows the OpenAPI document of this server. All text goes in as text, never as markup.
const METHODS = ["get", "post", "put", "patch", "delete"];

function node(tag, text, ...children) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

function at(spec, pointer) {
  return pointer.slice(2).split("/").reduce((value, key) => value[key], spec);
}

function resolved(spec, value) {
  return value && value.$ref ? at(spec, value.$ref) : value;
}

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array") return `list of ${typeOf(schema.items)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type || "";
  return schema.enum ? `${type}: ${schema.enum.join(", ")}` : type;
}

function parameters(spec, list) {
  const table = node("table");
  for (const raw of list) {
    const each = resolved(spec, raw);
    const name = node("code", each.name);
    const row = node("tr", "", node("td", "", name), node("td", each.in));
    row.append(node("td", typeOf(each.schema)), node("td", each.description || ""));
    table.append(row);
  }
  return table;
}

function bodies(label, content) {
  const out = node("div");
  for (const [type, each] of Object.entries(content || {})) {
    out.append(node("p", `${label} ${type}: ${typeOf(each.schema) || "object"}`));
  }
  return out;
}

function operation(spec, path, method, item) {
  const each = item[method];
  const head = node("summary", "", Object.assign(node("span", method.toUpperCase()), { className: "method" }));
  head.append(node("code", path), ` ${each.summary || ""}`);
  const box = node("details", "", head);
  if (each.description) box.append(node("p", each.description));
  const list = [...(item.parameters || []), ...(each.parameters || [])];
  if (list.length > 0) box.append(parameters(spec, list));
  if (each.requestBody) box.append(bodies("Body", each.requestBody.content));
  for (const [status, raw] of Object.entries(each.responses || {})) {
    const answer = resolved(spec, raw);
    box.append(bodies(status, answer.content));
    if (!answer.content) box.append(node("p", `${status} ${answer.description}`));
  }
  return box;
}

function show(spec) {
  document.getElementById("title").textContent = `${spec.info.title} ${spec.info.version}`;
  document.getElementById("intro").textContent = spec.info.description;
  const main = document.getElementById("operations");
  for (const tag of spec.tags) {
    main.append(node("h2", tag.name));
    for (const [path, item] of Object.entries(spec.paths)) {
      for (const method of METHODS) {
        if (item[method] && item[method].tags[0] === tag.name) {
          main.append(operation(spec, path, method, item));
        }
      }
    }
  }
  const schemas = document.getElementById("schemas");
  for (const [name, schema] of Object.entries(spec.components.schemas)) {
    const text = JSON.stringify(schema, null, 2);
    schemas.append(node("details", "", node("summary", name), node("pre", text)));
  }
}

fetch("/openapi.json")
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => document.body.append(node("p", String(error))));
