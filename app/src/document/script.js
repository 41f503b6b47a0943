((script, wasm) => {
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run));
  const hydrate = async (module, node, parents) => {
    for (const child of node.children) {
      const tag = child.localName;
      if (tag === "leptos-island") {
        parents.at(-1)?.$$on_hydrate?.();
        await module[child.dataset.component]?.(child);
      }
      await hydrate(module, child, tag === "leptos-children" ? [...parents, child] : parents);
    }
  };
  idle(async () => {
    const module = await import(script);
    await module.default({ module_or_path: wasm });
    module.hydrate();
    await hydrate(module, document.body, []);
  });
})
