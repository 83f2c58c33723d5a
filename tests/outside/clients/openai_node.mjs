// OpenAI's client for Node: chat, stream, JSON, responses. Arguments: the server's address.
import assert from "node:assert";
import OpenAI from "openai";

const FERRY = "How much is a monthly card of the Luu River Line?";
const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "none" });
const messages = [{ role: "user", content: FERRY }];

const completion = await client.chat.completions.create({ model: "trich-dan", messages });
const { content, annotations } = completion.choices[0].message;
assert(content.includes("280,000 dong"), content);
assert(annotations[0].url_citation.url.startsWith("https://deltacourier.example/"));
let text = "";
for await (const chunk of await client.chat.completions.create({ model: "trich-dan", messages, stream: true })) {
  text += chunk.choices[0]?.delta?.content ?? "";
}
assert.equal(text, content);
const json = await client.chat.completions.create({
  model: "trich-dan", messages, response_format: { type: "json_object" },
});
assert(JSON.parse(json.choices[0].message.content).found);
const response = await client.responses.create({ model: "trich-dan", input: FERRY });
assert.equal(response.output_text, content);
const final = await client.responses.stream({ model: "trich-dan", input: FERRY }).finalResponse();
assert.equal(final.output_text, content);
await assert.rejects(client.chat.completions.create({ model: "trich-dan", messages, form: "2025" }), { status: 400 });
console.log("openai for node");
