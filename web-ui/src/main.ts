import { createApp } from "vue";
import { createRouter, createWebHashHistory } from "vue-router";
import App from "./App.vue";
import { onSignedOut } from "./api/client";
import { ended, me, restore } from "./session";
import "./styles/console.css";

const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/", redirect: "/jobs" },
    { path: "/login", component: () => import("./views/LoginView.vue"), meta: { open: true } },
    { path: "/jobs", component: () => import("./views/JobsView.vue") },
    { path: "/jobs/:id(\\d+)", component: () => import("./views/JobView.vue"), props: true },
    { path: "/submit", component: () => import("./views/SubmitView.vue") },
    { path: "/nodes", component: () => import("./views/NodesView.vue") },
    { path: "/:rest(.*)", redirect: "/jobs" },
  ],
});

router.beforeEach(async (to) => {
  if (to.meta.open || me.value || (await restore().catch(() => false))) return true;
  return { path: "/login", query: { to: to.fullPath } };
});

onSignedOut(() => {
  if (ended())
    void router.push({ path: "/login", query: { to: router.currentRoute.value.fullPath } });
});

createApp(App).use(router).mount("#app");
