//! The API as a client of it: requests, and everything that it tells.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

/// A client.
pub(crate) struct Api {
    agent: ureq::Agent,
    url: String,
    token: String,
}

impl Api {
    pub(crate) fn new(url: &str, token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self {
            agent: config.into(),
            url: url.to_owned(),
            token: token.to_owned(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        let response = self
            .agent
            .get(format!("{}/api/v1{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .call();
        read(response.expect("the server answers"))
    }

    /// Posts; status and answer.
    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_with(path, &body.to_string(), None)
    }

    /// The same with a body as it is, and an idempotency key.
    pub(crate) fn post_with(&self, path: &str, body: &str, key: Option<&str>) -> (u16, Value) {
        let mut request = self
            .agent
            .post(format!("{}/api/v1{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        read(request.send(body).expect("the server answers"))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Value {
        let response = self
            .agent
            .patch(format!("{}/api/v1{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .send(body.to_string());
        let (status, answer) = read(response.expect("the server answers"));
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) fn delete(&self, path: &str) {
        let response = self
            .agent
            .delete(format!("{}/api/v1{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .call();
        let (status, answer) = read(response.expect("the server answers"));
        assert!(status < 300, "{path}: {answer}");
    }

    /// Makes something; its id.
    pub(crate) fn make(&self, path: &str, body: &Value) -> String {
        let (status, answer) = self.post(path, body);
        assert!(matches!(status, 201 | 202), "{path}: {status} {answer}");
        answer["id"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits until what a path tells is as wanted.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..1200 {
            last = self.get(path).1;
            if wanted(&last) {
                return last;
            }
            // The pace of the looks, with the loop's end as the deadline.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} has not become as wanted: {last}");
    }

    /// Everything that the API tells, by path, followed over every page and to every entry.
    pub(crate) fn everything(&self) -> BTreeMap<String, Value> {
        let mut told = BTreeMap::new();
        self.list(&mut told, "/tokens", &|_| None);
        let types =
            |path: String| move |one: &Value| text(one, "name").map(|n| format!("{path}/{n}"));
        self.list(&mut told, "/event-types", &types("/event-types".to_owned()));
        let organizations = self.list(&mut told, "/organizations", &|one| {
            text(one, "id").map(|id| format!("/organizations/{id}"))
        });
        for organization in organizations {
            let within = |rest: &str| format!("{organization}/{rest}");
            self.list(
                &mut told,
                &within("event-types"),
                &types(within("event-types")),
            );
            self.list(&mut told, &within("channels"), &|one| {
                text(one, "key").map(|key| within(&format!("channels/{}", escaped(&key))))
            });
            self.list(&mut told, &within("events?limit=7"), &|one| {
                text(one, "id").map(|id| within(&format!("events/{id}")))
            });
            for state in ["pending", "delivered", "failed", "cancelled"] {
                self.list(
                    &mut told,
                    &within(&format!("events?state={state}")),
                    &|_| None,
                );
            }
            self.list(&mut told, &within("events?external_id=again"), &|_| None);
            let webhooks = self.list(&mut told, &within("webhooks?limit=3"), &|one| {
                text(one, "id").map(|id| within(&format!("webhooks/{id}")))
            });
            for webhook in webhooks {
                self.list(&mut told, &format!("{webhook}/attempts?limit=3"), &|_| None);
                let path = format!("{webhook}/secret");
                told.insert(path.clone(), self.get(&path).1);
            }
        }
        told
    }

    /// Every page of a list, and each of its entries by its own path; those paths.
    fn list(
        &self,
        told: &mut BTreeMap<String, Value>,
        path: &str,
        entry: &dyn Fn(&Value) -> Option<String>,
    ) -> Vec<String> {
        let mut entries = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let next = match &cursor {
                None => path.to_owned(),
                Some(cursor) if path.contains('?') => format!("{path}&cursor={cursor}"),
                Some(cursor) => format!("{path}?cursor={cursor}"),
            };
            let (status, page) = self.get(&next);
            assert_eq!(status, 200, "{next}: {page}");
            let items = page["items"].as_array().expect("a list has items");
            for path in items.iter().filter_map(entry) {
                let (status, shown) = self.get(&path);
                assert_eq!(status, 200, "{path}: {shown}");
                told.insert(path.clone(), shown);
                entries.push(path);
            }
            cursor = text(&page, "next_cursor");
            // When a token was used last changes with each use.
            let mut page = page;
            for item in page["items"].as_array_mut().into_iter().flatten() {
                if let Some(fields) = item.as_object_mut() {
                    fields.remove("last_used_at");
                }
            }
            told.insert(next, page);
            if cursor.is_none() {
                return entries;
            }
        }
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> (u16, Value) {
    let text = response.body_mut().read_to_string().expect("text");
    let answer = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
    (response.status().as_u16(), answer)
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_owned)
}

/// A key as part of a path.
fn escaped(key: &str) -> String {
    key.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
