"""待发数: the county sees whose phone still holds visits, and since when."""

from tests.county import County

DEVICE = "01a20ca0-8357-7a82-b66a-f42e2b0fd313"


def test_the_county_sees_since_when_a_phone_holds_visits_and_that_they_are_gone(county: County) -> None:
    cadre, office = county.client("cadre"), county.client("county")
    told = {"device": DEVICE, "waiting": 3, "oldest": "2026-11-24T08:16:15.368Z"}
    assert cadre.post("/api/phones", json=told).status_code == 204
    [line] = office.get("/api/phones").get_json()["items"]
    assert (line["waiting"], line["oldest"][:19]) == (3, "2026-11-24T08:16:15")
    assert cadre.post("/api/phones", json={"device": DEVICE, "waiting": 0, "oldest": None}).status_code == 204
    assert office.get("/api/phones").get_json()["items"] == []


def test_a_time_without_its_zone_is_refused(county: County) -> None:
    told = {"device": DEVICE, "waiting": 1, "oldest": "2026-11-24T08:16:15"}
    answer = county.client("cadre").post("/api/phones", json=told)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "oldest")
