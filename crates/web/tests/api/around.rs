//! What holds for every request: ids, unknown paths, methods, HEAD and OPTIONS.

use axum::{Router, body::Body, middleware, routing::get};
use bellwire_web::around::around;
use http::{Method, Request};
use tower::ServiceExt as _;

use crate::app::App;

#[tokio::test]
async fn what_is_not_there_is_a_problem_document() {
    let app = App::acme().await;
    for path in ["", "/", "/weather", "/organizations/acme/weather"] {
        app.get(path).await.problem(404, "no_such_route", "");
    }
    let answer = app
        .raw(Method::PUT, "/organizations/acme", Body::empty())
        .await;
    answer.problem(405, "method_not_allowed", "");
    assert_eq!(answer.headers["allow"], "GET,HEAD,PATCH,DELETE");
}

#[tokio::test]
async fn options_names_the_methods_and_head_has_no_body() {
    let app = App::acme().await;
    let answer = app
        .raw(Method::OPTIONS, "/organizations/acme/events", Body::empty())
        .await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.headers["allow"], "POST,GET,HEAD");
    let answer = app
        .raw(Method::HEAD, "/organizations/acme", Body::empty())
        .await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    assert_ne!(answer.headers["content-length"], "0");
}

#[tokio::test]
async fn every_answer_has_an_id_and_keeps_the_callers_if_it_is_harmless() {
    let app = App::acme().await;
    let one = app.get("/organizations/acme").await.headers["x-request-id"].clone();
    let two = app.get("/weather").await.headers["x-request-id"].clone();
    assert_ne!(one, two);
    for (given, kept) in [("abc-1", true), ("a b", false), (&"x".repeat(129), false)] {
        let request = app
            .request(Method::GET, "/organizations/acme")
            .header("x-request-id", given)
            .body(Body::empty())
            .unwrap();
        let answer = app.send(request).await;
        assert_eq!(answer.headers["x-request-id"] == given, kept, "{given}");
    }
}

#[tokio::test]
async fn a_handler_that_panics_is_a_problem_and_counted() {
    let app = App::new().await;
    let router = Router::new()
        .route(
            "/panic",
            get(async || -> &'static str { panic!("a test's panic") }),
        )
        .layer(middleware::from_fn_with_state(app.state.clone(), around));
    let request = Request::get("/panic").body(Body::empty()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert!(answer.headers().contains_key("x-request-id"));
    let counted = app.state.metrics.encode().unwrap();
    assert!(
        counted.contains(r#"method="GET",route="/panic",status="500"} 1"#),
        "{counted}"
    );
}
