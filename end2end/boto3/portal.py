"""A person at the portal: follows redirects, keeps cookies, fills in forms as they stand on the page."""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser


class Forms(HTMLParser):
    """The forms of a page: where each posts to, and what it would post untouched."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.select = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        have = dict(attributes)
        if tag == "form":
            self.forms.append((have.get("action"), {}))
        elif not self.forms or "name" not in have and tag != "option":
            return
        elif tag == "input" and have.get("type") in ("radio", "checkbox") and "checked" not in have:
            # As a browser: what nobody chose is not posted.
            return
        elif tag == "input":
            self.forms[-1][1][have["name"]] = have.get("value") or ""
        elif tag == "textarea":
            self.forms[-1][1][have["name"]] = ""
        elif tag == "select":
            self.select = have["name"]
            self.forms[-1][1][self.select] = None
        elif tag == "option" and self.select:
            fields = self.forms[-1][1]
            if fields[self.select] is None or "selected" in have:
                fields[self.select] = have.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None

    def to(self, action):
        return next(fields for to, fields in self.forms if to == action)


class Person:
    def __init__(self, origin, persona):
        self.origin = origin
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.opener.addheaders = []
        _, where, page = self.get("/")
        fields = {**Forms(page).forms[0][1], "persona": persona}
        action = urllib.parse.urljoin(where, Forms(page).forms[0][0])
        self.send(action, fields, origin=where)

    def get(self, path):
        return self.send(path)

    def post(self, path, **fields):
        return self.send(path, fields, origin=self.origin)

    def send(self, path, fields=None, origin=None):
        """Status, address and text of the page that it ends at."""
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.origin, path), data=data)
        if origin is not None:
            parts = urllib.parse.urlsplit(origin)
            request.add_header("origin", f"{parts.scheme}://{parts.netloc}")
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        return answer.status, answer.url, answer.read().decode()

    def link(self, page, text):
        """Where the link with this text leads."""
        before = page.split(f">{text}</a>")[0]
        return before.rsplit('href="', 1)[1].split('"')[0]

    def request(self, product, name, target):
        """Asks for a product; gives the path of the request."""
        catalog = self.get("/catalog")[2]
        form = self.link(catalog, product) + "/request?" + urllib.parse.urlencode({"target": target})
        fields = Forms(self.get(form)[2]).to("/api/submit_request")
        fields |= {"name": name, "justification": "to be killed on the way"}
        status, where, page = self.post("/api/submit_request", **fields)
        assert status == 200 and "/requests/" in where, (status, where, page)
        return urllib.parse.urlsplit(where).path

    def approve(self, request):
        fields = Forms(self.get(request)[2]).to("/api/decide_request")
        status, _, page = self.post("/api/decide_request", **{**fields, "comment": "", "decision": "approve"})
        assert status == 200, (status, page)

    def environment(self, request):
        """The path of what a request became."""
        page = self.get(request)[2]
        return "/environments/" + page.split('href="/environments/', 1)[1].split('"')[0]

    def terminate(self, environment, name, **chosen):
        """Sends the form with the name typed and what was chosen; gives the page that it ends at."""
        fields = Forms(self.get(environment)[2]).to("/api/terminate_environment")
        status, _, page = self.post("/api/terminate_environment", **{**fields, "confirm": name, **chosen})
        assert status == 200, (status, page)
        return page
