import { storybookTest } from "@storybook/addon-vitest/vitest-plugin";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, mergeConfig } from "vitest/config";

import { chromium } from "./build/chromium.ts";
import { libraries } from "./build/libraries.ts";
import vite from "./vite.config.ts";

export default mergeConfig(
  vite,
  defineConfig({
    test: {
      // A limit, not a measure: the machine may be busy.
      testTimeout: 30_000,
      projects: [
        {
          extends: true,
          test: {
            name: "unit",
            // Loading the application anew for each file takes longer than all the tests. What a test replaces is put back.
            isolate: false,
            unstubGlobals: true,
            environment: "jsdom",
            environmentOptions: { jsdom: { url: "http://127.0.0.1:8080/" } },
            setupFiles: ["src/testing/setup.ts"],
            include: ["src/**/*.test.{ts,tsx}", "build/**/*.test.ts"],
          },
        },
        {
          extends: true,
          plugins: [storybookTest({ configDir: ".storybook" })],
          optimizeDeps: { include: libraries("src") },
          test: {
            name: "storybook",
            // Any free one: somebody else may be testing on this machine.
            api: { port: 0 },
            browser: {
              enabled: true,
              headless: true,
              screenshotFailures: false,
              provider: playwright({
                launchOptions: {
                  executablePath: chromium(),
                  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
                },
                // What is still moving can neither be measured nor pressed for certain.
                contextOptions: { reducedMotion: "reduce" },
              }),
              instances: [{ browser: "chromium" }],
            },
          },
        },
      ],
    },
  }),
);
