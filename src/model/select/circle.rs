//! A point and how far around it: across the 180th meridian and over the poles as anywhere else.

use serde::Serialize;

use crate::record::Location;

/// Mean radius of the Earth, in kilometres.
const EARTH_KM: f64 = 6371.0088;
/// Half of its circumference: nothing is farther away.
const FARTHEST_KM: f64 = std::f64::consts::PI * EARTH_KM;
/// Radius where none is said.
const USUAL_KM: f64 = 1.0;

/// All points not farther from one than a distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Circle {
    latitude: f64,
    longitude: f64,
    km: f64,
}

/// Why a text is no circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCircle {
    /// Not two or three numbers.
    #[error("write latitude, longitude and, if you like, kilometres: 41.89,12.49,5")]
    Form,
    /// Degrees north that are no degrees north.
    #[error("a latitude is from -90 to 90")]
    Latitude,
    /// Degrees east that are no degrees east.
    #[error("a longitude is from -180 to 180")]
    Longitude,
    /// No distance on the Earth.
    #[error("the distance is more than 0 km and at most 20,016 km")]
    Distance,
}

impl Circle {
    /// Returns the circle around a point.
    ///
    /// # Errors
    /// Names the number that cannot be.
    pub fn new(latitude: f64, longitude: f64, km: f64) -> Result<Self, NoCircle> {
        // Nothing holds of what is not a number, so each is asked whether it is right.
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(NoCircle::Latitude);
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(NoCircle::Longitude);
        }
        if !(km > 0.0 && km <= FARTHEST_KM.ceil()) {
            return Err(NoCircle::Distance);
        }
        Ok(Self {
            latitude,
            longitude,
            km,
        })
    }

    /// Reads `LAT,LON` or `LAT,LON,KM`.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, NoCircle> {
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|one| one.trim().parse()).collect();
        match numbers.map_err(|_| NoCircle::Form)?.as_slice() {
            [latitude, longitude] => Self::new(*latitude, *longitude, USUAL_KM),
            [latitude, longitude, km] => Self::new(*latitude, *longitude, *km),
            _ => Err(NoCircle::Form),
        }
    }

    /// Returns whether a point lies in it.
    pub fn holds(&self, point: &Location) -> bool {
        self.distance_km(point) <= self.km
    }

    /// Returns the way along the surface (haversine): good to half a percent, and where it matters, near by, much better.
    fn distance_km(&self, point: &Location) -> f64 {
        let (a, b) = (self.latitude.to_radians(), point.latitude.to_radians());
        let across = (point.longitude - self.longitude).to_radians();
        let half = |angle: f64| (angle / 2.0).sin().powi(2);
        let square = half(b - a) + a.cos() * b.cos() * half(across);
        2.0 * EARTH_KM * square.clamp(0.0, 1.0).sqrt().asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(circle: &str, latitude: f64, longitude: f64) -> bool {
        let point = Location {
            latitude,
            longitude,
            altitude_m: None,
        };
        Circle::parse(circle).expect(circle).holds(&point)
    }

    #[test]
    fn distances_are_those_of_the_earth() {
        // Rome to Florence: 231 km.
        assert!(holds("41.8933,12.4829,233", 43.7696, 11.2558));
        assert!(!holds("41.8933,12.4829,229", 43.7696, 11.2558));
        // 1 km where none is said.
        assert!(holds("41.8902,12.4922", 41.8960, 12.4922));
        assert!(!holds("41.8902,12.4922", 41.9002, 12.4922));
    }

    #[test]
    fn neither_the_180th_meridian_nor_a_pole_is_an_edge() {
        // Taveuni lies on both sides of the line.
        assert!(holds("-16.8,179.95,20", -16.8, -179.95));
        assert!(holds("-16.8,-179.95,20", -16.8, 179.95));
        assert!(holds("0,180,1", 0.0, -180.0));
        assert!(holds("89.99,0,5", 89.99, 180.0));
        assert!(!holds("89.9,0,5", 89.9, 180.0));
        // Everything.
        assert!(holds("0,0,20016", 0.0, 180.0));
    }

    #[test]
    fn what_is_no_circle_is_refused() {
        for (text, why) in [
            ("", NoCircle::Form),
            ("41.9", NoCircle::Form),
            ("41.9,12.5,1,2", NoCircle::Form),
            ("Rome", NoCircle::Form),
            ("41,9;12,5", NoCircle::Form),
            ("NaN,12.5", NoCircle::Latitude),
            ("inf,12.5", NoCircle::Latitude),
            ("91,12.5", NoCircle::Latitude),
            ("41.9,NaN", NoCircle::Longitude),
            ("41.9,180.1", NoCircle::Longitude),
            ("41.9,12.5,NaN", NoCircle::Distance),
            ("41.9,12.5,0", NoCircle::Distance),
            ("41.9,12.5,-3", NoCircle::Distance),
            ("41.9,12.5,inf", NoCircle::Distance),
            ("41.9,12.5,20017", NoCircle::Distance),
        ] {
            assert_eq!(Circle::parse(text), Err(why), "{text}");
        }
    }
}
