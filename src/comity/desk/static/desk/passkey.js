// Let the browser make or show a passkey, and send what it says with the form around the button.
(() => {
  const form = document.querySelector("form[data-passkey]");
  const can = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
  if (!form || !can) return;
  form.hidden = false;
  const ask = {
    create: (options) =>
      navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
    get: (options) =>
      navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  }[form.dataset.passkey];
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const answer = await fetch(form.dataset.options, { credentials: "same-origin" });
      const credential = await ask((await answer.json()).publicKey);
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      failed.hidden = false;
      failed.focus();
    }
  });
})();
