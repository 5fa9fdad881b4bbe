import { expect, test } from "vitest";

import { UserService } from "./gen/atrium/iam/v1/user_service_pb";
import { Submission } from "./idempotency";
import { everything } from "./paging";

const create = UserService.method.createUser;

test("the same values keep their key until they are accepted, other values get another", async () => {
  const submission = new Submission();
  const first = submission.key(create, { email: "a@b.example" });
  expect(submission.key(create, { email: "a@b.example" })).toBe(first);
  expect(submission.key(create, { email: "c@b.example" })).not.toBe(first);

  const keys: string[] = [];
  const send = (_: object, { idempotencyKey }: { idempotencyKey: string }): Promise<void> => {
    keys.push(idempotencyKey);
    return keys.length === 1 ? Promise.reject(new Error("lost")) : Promise.resolve();
  };
  await expect(submission.run(create, { email: "d@b.example" }, send)).rejects.toThrow("lost");
  await submission.run(create, { email: "d@b.example" }, send);
  await submission.run(create, { email: "d@b.example" }, send);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[1]);
});

test("everything walks all pages, up to a limit", async () => {
  const asked: string[] = [];
  const list = ({ pageToken }: { pageToken: string }) => {
    asked.push(pageToken);
    const next = { "": "t1", t1: "t2", t2: "" }[pageToken] ?? "";
    return Promise.resolve({ things: [1, 2], nextPageToken: next });
  };
  expect(await everything(list, {}, (answer) => answer.things)).toEqual([1, 2, 1, 2, 1, 2]);
  expect(asked).toEqual(["", "t1", "t2"]);
  expect(await everything(list, {}, (answer) => answer.things, 3)).toEqual([1, 2, 1]);
});
